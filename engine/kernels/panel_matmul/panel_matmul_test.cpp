#include "engine/kernels/panel_matmul/panel_matmul.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "engine/base/buffer.h"
#include "engine/kernels/dequantize_row/dequantize_row.h"
#include "engine/kernels/kernel_test_support.h"
#include "engine/kernels/panel_matmul/panel_test_support.h"

namespace woolly {
namespace {

using test::any_bits;
using test::trained_like;
using test::Weights;

class ActivationRows {
 public:
  ActivationRows(std::size_t m, std::size_t cols, float outlier)
      : memory_(m * activation_bytes(cols), Pages::kSmall) {
    const std::vector<float> x = test::random_floats(m * cols, 3);
    for (std::size_t i = 0; i < m; ++i) {
      rows_.push_back(activations_at(memory_.data() + i * activation_bytes(cols), cols));
      std::copy_n(x.data() + i * cols, cols, rows_.back().values);
      if (outlier != 0) rows_.back().values[cols / 2] = outlier;
      quantize_activations_variants().back().function(rows_.back(), cols, 0, cols);
    }
  }

  const Activations* data() const { return rows_.data(); }
  double value(DType dtype, std::size_t m, std::size_t k) const {
    const Activations& row = rows_[m];
    if (dtype_traits(dtype).block_values == 1) return row.values[k];
    return static_cast<double>(row.scales[k / 32]) * row.codes[k];
  }

 private:
  Buffer memory_;
  std::vector<Activations> rows_;
};

std::vector<float> run(const PanelWeights& w, const Activations* x, std::size_t m, bool accumulate,
                       const PanelKernels& kernels, std::size_t prefetch) {
  std::vector<float> y = test::random_floats(m * w.rows, 4);
  const std::size_t split = w.panels() / 3;
  for (const auto& [begin, end] : {std::pair{std::size_t{0}, split}, {split, w.panels()}}) {
    kernels.matmul({&w, x, y.data(), w.rows, m, begin, end, accumulate, prefetch});
  }
  return y;
}

void check_products(const Weights& weights, std::size_t m, float outlier) {
  const PanelWeights& w = weights.panels();
  const ActivationRows x(m, w.cols, outlier);
  const bool accumulate = m % 2 == 1;
  const std::vector<float> expected =
      run(w, x.data(), m, accumulate, panel_variants().back().function, 0);
  std::vector<double> bounds(expected.size());
  for (std::size_t n = 0; n < w.rows; ++n) {
    const std::vector<float> row = weights.row(n);
    for (std::size_t i = 0; i < m; ++i) {
      // Offset and code cancel within a weight, so each counts: both are at most some times the
      // largest weight of the row.
      double largest = 0;
      for (const float v : row) largest = std::max<double>(largest, std::fabs(v));
      double magnitude = std::fabs(expected[i * w.rows + n]) + 8;
      for (std::size_t k = 0; k < w.cols; ++k) {
        magnitude += 4 * std::fabs(x.value(w.dtype, i, k)) * largest;
      }
      bounds[i * w.rows + n] = 8 * std::sqrt(static_cast<double>(w.cols)) *
                               std::numeric_limits<float>::epsilon() * magnitude;
    }
  }
  test::for_each_runnable(panel_variants(), [&](const auto& variant) {
    const std::vector<float> y = run(w, x.data(), m, accumulate, variant.function, 1024);
    for (std::size_t i = 0; i < y.size(); ++i) {
      ASSERT_NEAR(y[i], expected[i], bounds[i])
          << variant.name << " " << dtype_traits(w.dtype).name << " m=" << m << " rows=" << w.rows
          << " cols=" << w.cols << " i=" << i;
    }
  });
}

class PanelMatmulTypes : public ::testing::TestWithParam<DTypeTraits> {};

TEST_P(PanelMatmulTypes, ProductsAgreeWithTheReference) {
  const DType dtype = GetParam().dtype;
  const std::size_t block = std::max<std::size_t>(GetParam().block_values, 32);
  for (const std::size_t cols : {block, 2 * block, 3 * block, std::size_t{1024}}) {
    for (const std::size_t rows : {1U, 16U, 37U, 96U}) {
      const Weights weights = trained_like(dtype, rows, cols);
      for (const std::size_t m : {1U, 2U, 3U, 7U, 12U}) check_products(weights, m, 0);
    }
  }
}

TEST_P(PanelMatmulTypes, AnyBitsAndOutliers) {
  const std::size_t cols = 3 * std::max<std::size_t>(GetParam().block_values, 32);
  const Weights weights = any_bits(GetParam().dtype, 21, cols);
  check_products(weights, 1, 0);
  check_products(weights, 4, 1e4F);
}

TEST_P(PanelMatmulTypes, ARowsBitsDoNotDependOnItsNeighbours) {
  const Weights weights = trained_like(GetParam().dtype, 32, 512);
  const PanelWeights& w = weights.panels();
  const ActivationRows x(12, w.cols, 0);
  test::for_each_runnable(panel_variants(), [&](const auto& variant) {
    std::vector<float> together(12 * w.rows);
    variant.function.matmul({&w, x.data(), together.data(), w.rows, 12, 0, w.panels(), false, 0});
    for (std::size_t m = 0; m < 12; ++m) {
      std::vector<float> alone(w.rows);
      variant.function.matmul({&w, x.data() + m, alone.data(), w.rows, 1, 0, w.panels(), false, 0});
      ASSERT_EQ(std::memcmp(alone.data(), together.data() + m * w.rows, w.rows * sizeof(float)), 0)
          << variant.name << " m=" << m;
    }
  });
}

// Rows of activations as tiles.
class Tiles {
 public:
  Tiles(const ActivationRows& rows, std::size_t m, std::size_t cols)
      : groups_(tiles_of(m) * tile_groups(cols) * sizeof(TileGroup), Pages::kSmall),
        values_(tiles_of(m) * kTileRows * cols * sizeof(float), Pages::kSmall),
        tiles_{groups_.as<TileGroup>(), values_.as<float>(), cols} {
    for (std::size_t i = 0; i < m; ++i) put_into_tiles(tiles_, i, rows.data()[i], 0, cols);
    pad_last_tile(tiles_, m);
  }
  const ActivationTiles& get() const { return tiles_; }

 private:
  Buffer groups_;
  Buffer values_;
  ActivationTiles tiles_;
};

std::vector<float> gemm(const PanelWeights& w, const ActivationTiles& x, std::size_t m,
                        std::size_t panel, const PanelKernels& kernels) {
  Buffer scratch(kGemmScratchBytes, Pages::kSmall);
  Buffer memory(gemm_out_floats(m) * sizeof(float), Pages::kSmall);
  float* out = memory.as<float>();
  std::fill_n(out, gemm_out_floats(m), std::numeric_limits<float>::quiet_NaN());
  kernels.gemm({&w, panel, x, m, out, scratch.data(), panel % 4 == 0});
  return {out, out + m * kGemmOutputs};
}

// With a last pair of one panel, a last tile of few rows, more than one block of columns.
void check_gemm(const Weights& weights, std::size_t m) {
  const PanelWeights& w = weights.panels();
  const ActivationRows x(m, w.cols, 0);
  const Tiles tiles(x, m, w.cols);
  test::for_each_runnable(panel_variants(), [&](const auto& variant) {
    std::vector<float> expected(m * w.rows);
    variant.function.matmul({&w, x.data(), expected.data(), w.rows, m, 0, w.panels(), false, 0});
    for (std::size_t panel = 0; panel < w.panels(); panel += 2) {
      const std::vector<float> y = gemm(w, tiles.get(), m, panel, variant.function);
      for (std::size_t i = 0; i < m; ++i) {
        for (std::size_t r = 0; r < kGemmOutputs; ++r) {
          const std::size_t n = panel * kPanelRows + r;
          ASSERT_EQ(y[i * kGemmOutputs + r], n < w.rows ? expected[i * w.rows + n] : 0)
              << variant.name << " " << dtype_traits(w.dtype).name << " m=" << m
              << " cols=" << w.cols << " row " << i << " output " << n;
        }
      }
    }
  });
}

TEST_P(PanelMatmulTypes, ManyRowsHaveTheBitsOfFew) {
  const std::size_t block = std::max<std::size_t>(GetParam().block_values, 32);
  for (const std::size_t cols : {block, 3 * block, std::size_t{512}, std::size_t{1280}}) {
    for (const std::size_t rows : {7U, 16U, 37U, 64U}) {
      const Weights weights = trained_like(GetParam().dtype, rows, cols);
      for (const std::size_t m : {1U, 6U, 13U}) check_gemm(weights, m);
    }
  }
  check_gemm(any_bits(GetParam().dtype, 21, 3 * block), 8);
}

INSTANTIATE_TEST_SUITE_P(AllTypes, PanelMatmulTypes,
                         ::testing::ValuesIn(all_dtypes().begin(), all_dtypes().end()),
                         [](const auto& type) { return std::string(type.param.name); });

TEST(PanelMatmul, OddFloatShapes) {
  for (const DType dtype : {DType::kF32, DType::kF16, DType::kBF16}) {
    for (const std::size_t cols : {1U, 2U, 3U, 172U, 1001U}) {
      const Weights weights = trained_like(dtype, 17, cols);
      check_products(weights, 1, 0);
      check_products(weights, 6, 0);
      check_gemm(weights, 7);
    }
  }
}

}  // namespace
}  // namespace woolly
