#include "engine/kernels/bf16_gemm/bf16_gemm.h"

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
  for (const auto& variant : bf16_gemm_variants()) {
    if (features.has(variant.isa)) check(variant);
  }
}

class Rows {
 public:
  Rows(const std::vector<float>& x, std::size_t m, std::size_t cols, bool rest,
       const Bf16Kernels& kernels)
      : values_(bf16_row_values(m, cols) * sizeof(std::uint16_t), Pages::kSmall),
        rest_(bf16_row_values(m, cols) * sizeof(std::uint16_t), Pages::kSmall),
        rows_{values_.as<std::uint16_t>(), rest ? rest_.as<std::uint16_t>() : nullptr,
              row_tiles_of(m), cols} {
    // What is not written must not count: NaN.
    std::memset(values_.data(), 0xFF, values_.size());
    std::memset(rest_.data(), 0xFF, rest_.size());
    for (std::size_t i = 0; i < m; ++i) {
      const std::size_t split = cols / 64 * 32;  // a row may come in parts
      kernels.put_row(rows_, i, x.data() + i * cols, 0, split);
      kernels.put_row(rows_, i, x.data() + i * cols + split, split, cols);
    }
  }
  const Bf16Rows& get() const { return rows_; }

 private:
  Buffer values_;
  Buffer rest_;
  Bf16Rows rows_;
};

// [m][rows], computed in two groups of panels.
std::vector<float> gemm(const PanelWeights& w, const std::vector<float>& x, std::size_t m,
                        const Bf16Kernels& kernels, bool rests = true) {
  const Rows rows(x, m, w.cols, rests, kernels);
  Buffer scratch(kBf16ScratchBytes, Pages::kSmall);
  std::vector<float> y(m * w.rows);
  const std::size_t split = w.panels() / 4 * 2;
  for (const auto& [begin, end] : {std::pair{std::size_t{0}, split}, {split, w.panels()}}) {
    const std::size_t panels = end - begin;
    Buffer memory(std::max<std::size_t>(1, tile_outputs(m, panels)) * sizeof(float), Pages::kSmall);
    float* out = memory.as<float>();
    std::fill_n(out, tile_outputs(m, panels), std::numeric_limits<float>::quiet_NaN());
    kernels.gemm({&w, begin, end, rows.get(), m, out, scratch.data(), begin == 0});
    for (std::size_t i = 0; i < m; ++i) {
      for (std::size_t p = 0; p < (panels + 1) / 2 * 2; ++p) {
        for (std::size_t r = 0; r < kPanelRows; ++r) {
          const float value = out[tile_output_at(i, p, panels) + r];
          const std::size_t n = (begin + p) * kPanelRows + r;
          if (n < w.rows) {
            y[i * w.rows + n] = value;
          } else {
            EXPECT_EQ(value, 0) << "output " << n << ", which is not there";
          }
        }
      }
    }
  }
  return y;
}

void check_products(const Weights& weights, std::size_t m, bool rests = true) {
  const PanelWeights& w = weights.panels();
  const std::vector<float> x = test::random_floats(m * w.cols, 3);
  const std::vector<float> expected = gemm(w, x, m, bf16_gemm_variants().back().function, rests);
  std::vector<double> bounds(w.rows);
  double largest_x = 0;
  for (const float v : x) largest_x = std::max<double>(largest_x, std::fabs(v));
  for (std::size_t n = 0; n < w.rows; ++n) {
    double sum = 0;
    double largest = 0;
    for (const float v : weights.row(n)) {
      sum += std::fabs(v);
      largest = std::max<double>(largest, std::fabs(v));
    }
    // A weight that is computed in another order may round to the other side, a few of a row.
    bounds[n] = largest_x * (4 * static_cast<double>(std::numeric_limits<float>::epsilon()) *
                                 (sum + 16 * largest) +
                             2 * largest / 256);
    if (bf16_has_rest(w.dtype) || w.dtype == DType::kBF16) {
      bounds[n] = 4 * largest_x * static_cast<double>(std::numeric_limits<float>::epsilon()) * sum;
    }
  }
  for_each_runnable([&](const auto& variant) {
    const std::vector<float> y = gemm(w, x, m, variant.function, rests);
    for (std::size_t i = 0; i < y.size(); ++i) {
      ASSERT_NEAR(y[i], expected[i], bounds[i % w.rows])
          << variant.name << " " << dtype_traits(w.dtype).name << " m=" << m << " rows=" << w.rows
          << " cols=" << w.cols << " i=" << i;
    }
  });
}

class Bf16GemmTypes : public ::testing::TestWithParam<DTypeTraits> {};

TEST_P(Bf16GemmTypes, ProductsAgreeWithTheReference) {
  const DType dtype = GetParam().dtype;
  const std::size_t block = std::max<std::size_t>(GetParam().block_values, 32);
  for (const std::size_t cols : {block, 3 * block, std::size_t{512}, std::size_t{1280}}) {
    for (const std::size_t rows : {7U, 37U, 96U}) {
      const Weights weights = test::trained_like(dtype, rows, cols);
      for (const std::size_t m : {1U, 16U, 41U}) check_products(weights, m);
    }
  }
}

TEST_P(Bf16GemmTypes, AnyBits) {
  check_products(
      test::any_bits(GetParam().dtype, 21, 3 * std::max<std::size_t>(GetParam().block_values, 32)),
      19);
}

TEST_P(Bf16GemmTypes, ARowsBitsDoNotDependOnItsNeighbours) {
  const Weights weights = test::trained_like(GetParam().dtype, 48, 768);
  const PanelWeights& w = weights.panels();
  constexpr std::size_t kRows = 35;
  const std::vector<float> x = test::random_floats(kRows * w.cols, 3);
  for_each_runnable([&](const auto& variant) {
    const std::vector<float> together = gemm(w, x, kRows, variant.function);
    for (const std::size_t m : {0U, 15U, 16U, 31U, 34U}) {
      const std::vector<float> row(x.data() + m * w.cols, x.data() + (m + 1) * w.cols);
      const std::vector<float> alone = gemm(w, row, 1, variant.function);
      ASSERT_EQ(std::memcmp(alone.data(), together.data() + m * w.rows, w.rows * sizeof(float)), 0)
          << variant.name << " m=" << m;
    }
  });
}

INSTANTIATE_TEST_SUITE_P(AllTypes, Bf16GemmTypes,
                         ::testing::ValuesIn(all_dtypes().begin(), all_dtypes().end()),
                         [](const auto& type) { return std::string(type.param.name); });

TEST(Bf16Gemm, OddFloatShapes) {
  for (const DType dtype : {DType::kF32, DType::kF16, DType::kBF16}) {
    for (const std::size_t cols : {1U, 2U, 3U, 33U, 172U, 1001U}) {
      for (const bool rests : {true, false}) {
        check_products(test::trained_like(dtype, 17, cols), 6, rests);
      }
    }
  }
}

// F32 and F16 lose next to nothing: the rest of both operands is multiplied, too.
TEST(Bf16Gemm, RestsKeepThePrecisionOfF16) {
  const Weights weights = test::trained_like(DType::kF16, 32, 512);
  const PanelWeights& w = weights.panels();
  const std::vector<float> x = test::random_floats(4 * w.cols, 3);
  for_each_runnable([&](const auto& variant) {
    const std::vector<float> y = gemm(w, x, 4, variant.function);
    for (std::size_t n = 0; n < w.rows; ++n) {
      const std::vector<float> row = weights.row(n);
      for (std::size_t m = 0; m < 4; ++m) {
        double exact = 0;
        double magnitude = 0;
        for (std::size_t k = 0; k < w.cols; ++k) {
          const double product = static_cast<double>(row[k]) * x[m * w.cols + k];
          exact += product;
          magnitude += std::fabs(product);
        }
        ASSERT_NEAR(y[m * w.rows + n], exact, magnitude / 65536) << variant.name;
      }
    }
  });
}

}  // namespace
}  // namespace woolly
