#include "engine/runtime/sampler/random.h"

#include <gtest/gtest.h>

#include <vector>

namespace woolly::sampling {
namespace {

// First outputs of the reference implementations, as other projects' tests publish them.
TEST(SplitMix64, PublishedSequence) {
  SplitMix64 random(1234567);
  for (const std::uint64_t expected :
       {6457827717110365317U, 3203168211198807973U, 9817491932198370423U, 4593380528125082431U}) {
    EXPECT_EQ(random.next(), expected);
  }
}

TEST(Xoshiro256, PublishedSequence) {
  Xoshiro256 random(std::array<std::uint64_t, 4>{1, 2, 3, 4});
  for (const std::uint64_t expected : std::initializer_list<std::uint64_t>{
           11520U, 0U, 1509978240U, 1215971899390074240U, 1216172134540287360U, 607988272756665600U,
           16172922978634559625U, 8476171486693032832U}) {
    EXPECT_EQ(random.next(), expected);
  }
}

TEST(Xoshiro256, UnitNumbersFillTheirBinsEvenly) {
  Xoshiro256 random(42);
  constexpr int kBins = 64;
  constexpr int kDraws = 64'000;
  std::vector<int> counts(kBins);
  for (int i = 0; i < kDraws; ++i) {
    const double unit = random.next_unit();
    ASSERT_GE(unit, 0.0);
    ASSERT_LT(unit, 1.0);
    ++counts[static_cast<std::size_t>(unit * kBins)];
  }
  const double expected = static_cast<double>(kDraws) / kBins;
  double chi_square = 0;
  for (const int count : counts) chi_square += (count - expected) * (count - expected) / expected;
  EXPECT_LT(chi_square, 103.4);  // 63 degrees of freedom, p = 0.001
  EXPECT_GT(chi_square, 32.5);   // p = 0.9995: too even would be wrong as well
}

TEST(Xoshiro256, SeedsDiffer) {
  EXPECT_NE(Xoshiro256(0).next(), Xoshiro256(1).next());
  EXPECT_EQ(Xoshiro256(5).next(), Xoshiro256(5).next());
}

}  // namespace
}  // namespace woolly::sampling
