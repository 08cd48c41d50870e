#include "engine/kernels/activations/activations.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <numeric>

#include "engine/base/buffer.h"
#include "engine/kernels/kernel_test_support.h"

namespace woolly {
namespace {

// A row of `values` quantized in two ranges that meet at `split`.
class Row {
 public:
  Row(const std::vector<float>& values, QuantizeActivationsFn function, std::size_t split)
      : cols_(values.size()),
        memory_(activation_bytes(cols_), Pages::kSmall),
        row_(activations_at(memory_.data(), cols_)) {
    std::memset(memory_.data(), 0x7F, memory_.size());
    std::copy(values.begin(), values.end(), row_.values);
    if (split > 0) function(row_, cols_, 0, split);
    function(row_, cols_, split, cols_);
  }

  const Activations* operator->() const { return &row_; }
  bool same_bytes(const Row& other) const {
    return std::memcmp(memory_.data(), other.memory_.data(), memory_.size()) == 0;
  }

 private:
  std::size_t cols_;
  Buffer memory_;
  Activations row_;
};

TEST(Activations, ErrorIsAtMostHalfAStepAndSumsAreExact) {
  const std::vector<float> x = test::random_floats(512, 1, 3.0F);
  const Row row(x, quantize_activations_variants().back().function, 0);
  for (std::size_t k = 0; k < x.size(); ++k) {
    const float scale = row->scales[k / 32];
    EXPECT_LE(std::fabs(x[k] - scale * static_cast<float>(row->codes[k])), scale * 0.5001F);
    EXPECT_LE(std::abs(row->codes[k]), 127);
  }
  for (std::size_t g = 0; g < x.size() / 32; ++g) {
    const std::int8_t* codes = row->codes + 32 * g;
    const int first = std::accumulate(codes, codes + 16, 0);
    const int second = std::accumulate(codes + 16, codes + 32, 0);
    EXPECT_EQ(row->negative_sums[2 * g], -first);
    EXPECT_EQ(row->negative_sums[2 * g + 1], -second);
    EXPECT_EQ(static_cast<std::int16_t>(row->sum_pairs[g]), first);
    EXPECT_EQ(row->sum_pairs[g] >> 16, second);
    EXPECT_EQ(row->sums32[g], row->scales[g] * static_cast<float>(first + second));
  }
}

TEST(Activations, PaddingIsZero) {
  const Row row(test::random_floats(172, 2), quantize_activations_variants().back().function, 64);
  for (std::size_t k = 172; k < 256; ++k) {
    EXPECT_EQ(row->values[k], 0);
    EXPECT_EQ(row->codes[k], 0);
  }
  EXPECT_EQ(row->scales[7], 0);
}

TEST(Activations, VariantsGiveTheBitsOfTheReference) {
  for (const std::size_t cols : {1U, 31U, 32U, 33U, 172U, 256U, 2048U, 5632U}) {
    std::vector<float> x = test::random_floats(cols, static_cast<unsigned>(cols), 2.0F);
    if (cols > 100) {
      x[40] = 1e30F;  // an outlier
      std::fill(x.begin() + 64, x.begin() + 96, 0.0F);
      x[70] = 1e-41F;  // a subnormal alone in its group
    }
    const std::size_t split = cols / 2 / 32 * 32;
    const Row expected(x, quantize_activations_variants().back().function, 0);
    test::for_each_runnable(quantize_activations_variants(), [&](const auto& variant) {
      EXPECT_TRUE(Row(x, variant.function, split).same_bytes(expected))
          << variant.name << " cols=" << cols;
    });
  }
}

}  // namespace
}  // namespace woolly
