#include "engine/model/synthetic/random_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <vector>

namespace woolly {
namespace {

std::vector<float> row_of(std::uint64_t key, std::uint64_t index, std::size_t n = 4096) {
  std::vector<float> row(n);
  random_row(key, index, 0.0F, 1.0F, row);
  return row;
}

double correlation(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum / static_cast<double>(a.size());
}

TEST(RandomRows, HasTheMomentsOfANormalDistribution) {
  std::vector<float> row(1 << 20);
  random_row(tensor_key(1, "t"), 0, 3.0F, 0.5F, row);
  double moments[5] = {};
  for (const float x : row) {
    const double z = (x - 3.0) / 0.5;
    for (int p = 1; p <= 4; ++p) moments[p] += std::pow(z, p) / static_cast<double>(row.size());
  }
  // Five standard errors of each; the fourth moment of a sum of four uniforms is 3 - 1.2 / 4.
  EXPECT_NEAR(moments[1], 0.0, 0.005);
  EXPECT_NEAR(moments[2], 1.0, 0.007);
  EXPECT_NEAR(moments[3], 0.0, 0.02);
  EXPECT_NEAR(moments[4], 2.7, 0.05);
}

TEST(RandomRows, EverythingInTheAddressMakesAnotherRow) {
  const std::vector<float> base = row_of(tensor_key(1, "blk.0.attn_q.weight"), 0);
  EXPECT_EQ(row_of(tensor_key(1, "blk.0.attn_q.weight"), 0), base);
  for (const auto& other : {row_of(tensor_key(2, "blk.0.attn_q.weight"), 0),
                            row_of(tensor_key(1, "blk.0.attn_k.weight"), 0),
                            row_of(tensor_key(1, "blk.0.attn_q.weight"), 1),
                            row_of(tensor_key(1, "blk.0.attn_q.weight"), std::uint64_t{1} << 40)}) {
    EXPECT_NEAR(correlation(base, other), 0.0, 5.0 / 64);  // five standard errors
  }
}

TEST(RandomRows, NeighbouringRowsAndSeedsDoNotOverlap) {
  std::set<float> seen;
  std::size_t count = 0;
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    for (std::uint64_t index = 0; index < 64; ++index) {
      const std::vector<float> row = row_of(tensor_key(seed, "t"), index, 8);
      seen.insert(row[0] * 1000 + row[1] * 100 + row[2] * 10 + row[3]);
      ++count;
    }
  }
  EXPECT_GE(seen.size(), count - 2);
}

TEST(RandomRows, ValuesAreTheSameEverywhere) {
  EXPECT_THAT(
      row_of(tensor_key(1, "output.weight"), 7, 4),
      testing::ElementsAre(-0x1.239b64p-1F, 0x1.9e9c14p-1F, -0x1.ff2872p-1F, 0x1.b07c28p+0F));
}

}  // namespace
}  // namespace woolly
