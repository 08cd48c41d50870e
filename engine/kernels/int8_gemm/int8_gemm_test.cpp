#include "engine/kernels/int8_gemm/int8_gemm.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "engine/base/tile_emulator.h"
#include "engine/kernels/panel_matmul/panel_test_support.h"

namespace woolly {
namespace {

using test::Weights;

template <typename Check>
void for_each_runnable(Check&& check) {
  const CpuFeatures features = test::features_with_amx();
  for (const auto& variant : int8_gemm_variants()) {
    if (features.has(variant.isa)) check(variant);
  }
}

class Rows {
 public:
  Rows(const std::vector<float>& x, std::size_t m, std::size_t cols, const Int8Kernels& kernels)
      : memory_(int8_tiles(m, cols) * sizeof(Int8Tile), Pages::kSmall),
        rows_{memory_.as<Int8Tile>(), row_tiles_of(m), cols} {
    std::memset(memory_.data(), 0x7F, memory_.size());
    for (std::size_t i = 0; i < m; ++i) {
      const std::size_t split = cols / 256 * 128;  // a row may come in parts
      kernels.put_row(rows_, i, x.data() + i * cols, 0, split);
      kernels.put_row(rows_, i, x.data() + i * cols + split, split, cols);
    }
  }
  const Int8Rows& get() const { return rows_; }
  const Buffer& memory() const { return memory_; }

 private:
  Buffer memory_;
  Int8Rows rows_;
};

// [m][rows], computed in two groups of panels.
std::vector<float> gemm(const PanelWeights& w, const Int8Rows& x, std::size_t m,
                        const Int8Kernels& kernels) {
  Buffer scratch(kGemmScratchBytes, Pages::kSmall);
  std::vector<float> y(m * w.rows);
  const std::size_t split = w.panels() / 4 * 2;
  for (const auto& [begin, end] : {std::pair{std::size_t{0}, split}, {split, w.panels()}}) {
    const std::size_t panels = end - begin;
    Buffer memory(std::max<std::size_t>(1, tile_outputs(m, panels)) * sizeof(float), Pages::kSmall);
    float* out = memory.as<float>();
    std::fill_n(out, tile_outputs(m, panels), std::numeric_limits<float>::quiet_NaN());
    kernels.gemm({&w, begin, end, x, m, out, scratch.data(), begin == 0});
    for (std::size_t i = 0; i < m; ++i) {
      for (std::size_t r = 0; r < (panels + 1) / 2 * kGemmOutputs; ++r) {
        const std::size_t n = begin * kPanelRows + r;
        const float value = out[tile_output_at(i, r / kPanelRows, panels) + r % kPanelRows];
        if (n < w.rows) {
          y[i * w.rows + n] = value;
        } else {
          EXPECT_EQ(value, 0) << "output " << n << ", which is not there";
        }
      }
    }
  }
  return y;
}

// How far weights are off: their steps are at most `slack` times those that the largest of 128
// would have, since the scale allows for codes that a block may not have.
void check_products(const Weights& weights, std::size_t m, double slack) {
  const PanelWeights& w = weights.panels();
  const std::vector<float> x = test::random_floats(m * w.cols, 3);
  const Rows rows(x, m, w.cols, int8_gemm_variants().back().function);
  const std::vector<float> expected = gemm(w, rows.get(), m, int8_gemm_variants().back().function);
  std::vector<double> bounds(expected.size());
  for (std::size_t n = 0; n < w.rows; ++n) {
    const std::vector<float> row = weights.row(n);
    for (std::size_t i = 0; i < m; ++i) {
      double bound = 0;
      for (std::size_t k = 0; k < w.cols; k += kInt8BlockCols) {
        double largest = 0;
        double sum = 0;
        for (std::size_t j = k; j < std::min(w.cols, k + kInt8BlockCols); ++j) {
          largest = std::max<double>(largest, std::fabs(row[j]));
          sum += std::fabs(x[i * w.cols + j]) * 1.01;
        }
        bound += 0.75 * slack * largest / 127 * sum;
      }
      bounds[i * w.rows + n] = bound + 1e-6;
    }
  }
  double square = 0;
  double bound_square = 0;
  for_each_runnable([&](const auto& variant) {
    const std::vector<float> y = gemm(w, rows.get(), m, variant.function);
    for (std::size_t i = 0; i < y.size(); ++i) {
      ASSERT_NEAR(y[i], expected[i], bounds[i])
          << variant.name << " " << dtype_traits(w.dtype).name << " m=" << m << " rows=" << w.rows
          << " cols=" << w.cols << " i=" << i;
      square += (y[i] - expected[i]) * (y[i] - expected[i]);
      bound_square += bounds[i] * bounds[i];
    }
  });
  // Errors are of either sign: all at their bounds would be a systematic one.
  EXPECT_LT(std::sqrt(square), 0.3 * std::sqrt(bound_square) + 1e-6) << dtype_traits(w.dtype).name;
}

std::vector<DTypeTraits> quantized_types() {
  std::vector<DTypeTraits> types;
  for (const DTypeTraits& type : all_dtypes()) {
    if (type.block_values > 1) types.push_back(type);
  }
  return types;
}

class Int8GemmTypes : public ::testing::TestWithParam<DTypeTraits> {};

TEST_P(Int8GemmTypes, ProductsAgreeWithTheReference) {
  const std::size_t block = GetParam().block_values;
  for (const std::size_t cols : {block, 3 * block, std::size_t{512}, std::size_t{1280}}) {
    for (const std::size_t rows : {7U, 37U, 96U}) {
      const Weights weights = test::trained_like(GetParam().dtype, rows, cols);
      for (const std::size_t m : {1U, 16U, 41U}) check_products(weights, m, 2);
    }
  }
}

// Scales far apart, codes that use little of their range.
TEST_P(Int8GemmTypes, AnyBits) {
  check_products(test::any_bits(GetParam().dtype, 21, 3 * GetParam().block_values), 19, 130);
}

TEST_P(Int8GemmTypes, ARowsBitsDoNotDependOnItsNeighbours) {
  const Weights weights = test::trained_like(GetParam().dtype, 48, 768);
  const PanelWeights& w = weights.panels();
  constexpr std::size_t kRows = 37;
  const std::vector<float> x = test::random_floats(kRows * w.cols, 3);
  for_each_runnable([&](const auto& variant) {
    const Rows all(x, kRows, w.cols, variant.function);
    const std::vector<float> together = gemm(w, all.get(), kRows, variant.function);
    for (std::size_t m = 0; m < kRows; ++m) {
      const std::vector<float> values(x.data() + m * w.cols, x.data() + (m + 1) * w.cols);
      const Rows one(values, 1, w.cols, variant.function);
      const std::vector<float> alone = gemm(w, one.get(), 1, variant.function);
      ASSERT_EQ(std::memcmp(alone.data(), together.data() + m * w.rows, w.rows * sizeof(float)), 0)
          << variant.name << " m=" << m;
    }
  });
}

TEST_P(Int8GemmTypes, VariantsGiveTheSameBits) {
  const Weights weights = test::trained_like(GetParam().dtype, 72, 1280);
  constexpr std::size_t kRows = 41;
  const std::vector<float> x = test::random_floats(kRows * 1280, 3);
  const Rows rows(x, kRows, 1280, int8_gemm_variants().back().function);
  std::vector<float> first;
  for_each_runnable([&](const auto& variant) {
    if (variant.isa == Isa::kGeneric) return;
    const std::vector<float> y = gemm(weights.panels(), rows.get(), kRows, variant.function);
    if (first.empty()) first = y;
    EXPECT_EQ(y, first) << variant.name;
  });
}

INSTANTIATE_TEST_SUITE_P(QuantizedTypes, Int8GemmTypes, ::testing::ValuesIn(quantized_types()),
                         [](const auto& type) { return std::string(type.param.name); });

TEST(Int8Rows, EveryVariantGivesTheReferencesBits) {
  for (const std::size_t cols : {32U, 128U, 300U, 1024U}) {
    std::vector<float> x = test::random_floats(7 * cols, 3);
    x[5] = 1e4F;
    std::fill_n(x.begin() + static_cast<std::ptrdiff_t>(cols), 20, 0.0F);
    std::fill_n(x.begin() + static_cast<std::ptrdiff_t>(2 * cols), cols, 1e-42F);
    const Rows expected(x, 7, cols, int8_gemm_variants().back().function);
    for_each_runnable([&](const auto& variant) {
      const Rows got(x, 7, cols, variant.function);
      EXPECT_EQ(std::memcmp(got.memory().data(), expected.memory().data(), got.memory().size()), 0)
          << variant.name << " " << cols;
    });
  }
}

}  // namespace
}  // namespace woolly
