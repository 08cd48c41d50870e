#include "engine/kernels/int16_gemm/int16_gemm.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "engine/kernels/panel_matmul/panel_test_support.h"
#include "engine/tensor/half.h"

namespace woolly {
namespace {

using test::Weights;

template <typename Check>
void for_each_runnable(Check&& check) {
  const CpuFeatures features = detect_cpu_features();
  for (const auto& variant : int16_gemm_variants()) {
    if (features.has(variant.isa)) check(variant);
  }
}

class Rows {
 public:
  Rows(const std::vector<float>& x, std::size_t m, std::size_t cols, const Int16Kernels& kernels)
      : memory_(int16_tiles(m, cols) * sizeof(Int16Tile), Pages::kSmall),
        rows_{memory_.as<Int16Tile>(), row_tiles_of(m), cols} {
    std::memset(memory_.data(), 0x7F, memory_.size());
    for (std::size_t i = 0; i < m; ++i) {
      const std::size_t split = cols / 128 * 64;  // a row may come in parts
      kernels.put_row(rows_, i, x.data() + i * cols, 0, split);
      kernels.put_row(rows_, i, x.data() + i * cols + split, split, cols);
    }
  }
  const Int16Rows& get() const { return rows_; }
  const Buffer& memory() const { return memory_; }

 private:
  Buffer memory_;
  Int16Rows rows_;
};

// [m][rows], computed in two groups of panels.
std::vector<float> gemm(const PanelWeights& w, const Int16Rows& x, std::size_t m,
                        const Int16Kernels& kernels) {
  Buffer scratch(kInt16ScratchBytes, Pages::kSmall);
  std::vector<float> y(m * w.rows);
  const std::size_t split = w.panels() / 4 * 2;
  for (const auto& [begin, end] : {std::pair{std::size_t{0}, split}, {split, w.panels()}}) {
    const std::size_t panels = end - begin;
    Buffer memory(std::max<std::size_t>(1, tile_outputs(m, panels)) * sizeof(float), Pages::kSmall);
    float* out = memory.as<float>();
    std::fill_n(out, tile_outputs(m, panels), std::numeric_limits<float>::quiet_NaN());
    kernels.gemm({&w, begin, end, x, m, out, scratch.data()});
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

void check_products(const Weights& weights, std::size_t m) {
  const PanelWeights& w = weights.panels();
  const std::vector<float> x = test::random_floats(m * w.cols, 3);
  const Rows rows(x, m, w.cols, int16_gemm_variants().back().function);
  const std::vector<float> expected = gemm(w, rows.get(), m, int16_gemm_variants().back().function);
  std::vector<double> bounds(expected.size());
  for (std::size_t n = 0; n < w.rows; ++n) {
    const std::vector<float> row = weights.row(n);
    for (std::size_t i = 0; i < m; ++i) {
      double bound = 0;
      for (std::size_t k = 0; k < w.cols; k += kInt16BlockCols) {
        double largest = 0;
        double sum = 0;
        for (std::size_t j = k; j < std::min(w.cols, k + kInt16BlockCols); ++j) {
          largest = std::max<double>(largest, std::fabs(row[j]));
          sum += std::fabs(x[i * w.cols + j]) * 1.001;
        }
        bound += 0.5 * largest / kInt16MaxWeight * sum;
        bound += static_cast<double>(w.cols) * std::numeric_limits<float>::epsilon() * largest;
      }
      bounds[i * w.rows + n] = bound;
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
  if (w.cols >= kInt16BlockCols) {
    EXPECT_LT(std::sqrt(square), 0.3 * std::sqrt(bound_square)) << dtype_traits(w.dtype).name;
  }
}

class Int16GemmTypes : public ::testing::TestWithParam<DType> {};

TEST_P(Int16GemmTypes, ProductsAgreeWithTheReference) {
  for (const std::size_t cols : {1U, 2U, 33U, 63U, 64U, 172U, 320U, 1001U, 1280U}) {
    for (const std::size_t rows : {7U, 37U, 96U}) {
      const Weights weights = test::trained_like(GetParam(), rows, cols);
      for (const std::size_t m : {1U, 16U, 41U}) check_products(weights, m);
    }
  }
}

TEST_P(Int16GemmTypes, AnyBits) { check_products(test::any_bits(GetParam(), 21, 192), 19); }

// All codes at their largest, of one sign: sums of a block must not pass 2^31.
TEST_P(Int16GemmTypes, SumsOfTheLargestCodesFit) {
  constexpr std::size_t kCols = 2 * kInt16BlockCols;
  const Weights weights =
      test::weights_of(GetParam(), 16, kCols, std::vector<float>(16 * kCols, -2.0F));
  for (const float sign : {1.0F, -1.0F}) {
    const std::vector<float> x(kCols, 3 * sign);
    for_each_runnable([&](const auto& variant) {
      const Rows rows(x, 1, kCols, variant.function);
      for (const float y : gemm(weights.panels(), rows.get(), 1, variant.function)) {
        EXPECT_NEAR(y, -6 * sign * static_cast<float>(kCols), 1e-3F) << variant.name;
      }
    });
  }
}

// What the header promises.
TEST_P(Int16GemmTypes, LosesWhatActivationsOfF16Lose) {
  const Weights weights = test::trained_like(GetParam(), 96, 2048);
  const PanelWeights& w = weights.panels();
  constexpr std::size_t kRows = 16;
  const std::vector<float> x = test::random_floats(kRows * w.cols, 3);
  for_each_runnable([&](const auto& variant) {
    const Rows rows(x, kRows, w.cols, variant.function);
    const std::vector<float> y = gemm(w, rows.get(), kRows, variant.function);
    double ours = 0;
    double halves = 0;
    for (std::size_t n = 0; n < w.rows; ++n) {
      const std::vector<float> row = weights.row(n);
      for (std::size_t m = 0; m < kRows; ++m) {
        double exact = 0;
        double of_halves = 0;
        for (std::size_t k = 0; k < w.cols; ++k) {
          const float value = x[m * w.cols + k];
          exact += static_cast<double>(row[k]) * value;
          of_halves += static_cast<double>(row[k]) * half_to_float(float_to_half(value));
        }
        ours += std::pow(y[m * w.rows + n] - exact, 2);
        halves += std::pow(of_halves - exact, 2);
      }
    }
    EXPECT_LT(ours, 1.1 * halves) << variant.name;
  });
}

TEST_P(Int16GemmTypes, ARowsBitsDoNotDependOnItsNeighbours) {
  const Weights weights = test::trained_like(GetParam(), 48, 768);
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

TEST_P(Int16GemmTypes, VariantsGiveTheSameBits) {
  const Weights weights = test::trained_like(GetParam(), 72, 1000);
  constexpr std::size_t kRows = 41;
  const std::vector<float> x = test::random_floats(kRows * 1000, 3);
  const Rows rows(x, kRows, 1000, int16_gemm_variants().back().function);
  std::vector<float> first;
  for_each_runnable([&](const auto& variant) {
    if (variant.isa == Isa::kGeneric) return;
    const std::vector<float> y = gemm(weights.panels(), rows.get(), kRows, variant.function);
    if (first.empty()) first = y;
    EXPECT_EQ(y, first) << variant.name;
  });
}

INSTANTIATE_TEST_SUITE_P(FloatTypes, Int16GemmTypes,
                         ::testing::Values(DType::kF32, DType::kF16, DType::kBF16),
                         [](const auto& type) {
                           return std::string(dtype_traits(type.param).name);
                         });

TEST(Int16Rows, EveryVariantGivesTheReferencesBits) {
  for (const std::size_t cols : {32U, 128U, 300U, 1024U}) {
    std::vector<float> x = test::random_floats(7 * cols, 3);
    x[5] = 1e4F;
    std::fill_n(x.begin() + static_cast<std::ptrdiff_t>(cols), 20, 0.0F);
    std::fill_n(x.begin() + static_cast<std::ptrdiff_t>(2 * cols), cols, 1e-42F);
    const Rows expected(x, 7, cols, int16_gemm_variants().back().function);
    for_each_runnable([&](const auto& variant) {
      const Rows got(x, 7, cols, variant.function);
      EXPECT_EQ(std::memcmp(got.memory().data(), expected.memory().data(), got.memory().size()), 0)
          << variant.name << " " << cols;
    });
  }
}

}  // namespace
}  // namespace woolly
