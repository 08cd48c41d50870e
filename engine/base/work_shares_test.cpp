#include "engine/base/work_shares.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace woolly {
namespace {

using Units = std::array<std::size_t, 2>;

TEST(WorkShares, OneThreadGetsItsOwnInOrderThenTheOthersFromTheBack) {
  WorkShares shares(2);
  shares.reset(7, Units{8, 3}, true);
  std::vector<std::vector<int>> hits{std::vector<int>(8), std::vector<int>(3)};
  WorkShares::Piece piece{};
  std::size_t taken_of_own = 0;
  while (shares.take(0, 7, piece)) {
    const auto [begin, end] = WorkShares::own(Units{8, 3}[piece.list], 0, 2);
    const bool own = piece.begin >= begin && piece.end <= end;
    if (own) {
      ++taken_of_own;
    } else {
      EXPECT_GE(piece.begin, end);
      EXPECT_GE(taken_of_own, 2U) << "its own come first";
    }
    for (std::size_t i = piece.begin; i < piece.end; ++i) ++hits[piece.list][i];
  }
  for (const auto& list : hits) {
    for (const int hit : list) EXPECT_EQ(hit, 1);
  }
}

TEST(WorkShares, WithoutStealingTheOthersKeepTheirs) {
  WorkShares shares(2);
  shares.reset(1, Units{8, 2}, false);
  WorkShares::Piece piece{};
  std::size_t units = 0;
  while (shares.take(1, 1, piece)) units += piece.end - piece.begin;
  EXPECT_EQ(units, 5U);
  EXPECT_TRUE(shares.take(0, 1, piece));
}

TEST(WorkShares, ALateThreadGetsNothingOfALaterRound) {
  WorkShares shares(2);
  shares.reset(2, Units{4, 0}, true);
  WorkShares::Piece piece{};
  EXPECT_FALSE(shares.take(1, 1, piece));
  EXPECT_TRUE(shares.take(1, 2, piece));
}

}  // namespace
}  // namespace woolly
