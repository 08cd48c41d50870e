#include "engine/kernels/panel_matmul/panel_blas.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "engine/base/buffer.h"
#include "engine/kernels/dequantize_row/dequantize_row.h"
#include "engine/kernels/kernel_test_support.h"
#include "engine/kernels/panel_matmul/pack.h"
#include "engine/kernels/quantize_row/quantize_row.h"

namespace woolly {
namespace {

class PanelBlasTypes : public ::testing::TestWithParam<DTypeTraits> {};

TEST_P(PanelBlasTypes, IsTheProductWithTheDequantizedRows) {
  const DType dtype = GetParam().dtype;
  constexpr std::size_t kCols = 256;
  constexpr std::size_t kRows = 16 * 17 + 5;  // more than one piece, and a short last panel
  constexpr std::size_t kM = 5;
  const std::size_t stride = row_bytes(dtype, kCols);
  std::vector<std::byte> stored(kRows * stride);
  const std::vector<float> values = test::random_floats(kRows * kCols, 1, 0.1F);
  for (std::size_t n = 0; n < kRows; ++n) {
    quantize_row(dtype, values.data() + n * kCols, stored.data() + n * stride, kCols);
  }
  PanelWeights w{dtype, nullptr, kRows, kCols, panel_bytes(dtype, kCols)};
  Buffer panels(w.bytes(), Pages::kSmall);
  w.data = panels.data();
  for (std::size_t p = 0; p < w.panels(); ++p) {
    pack_panel(dtype, stored.data() + 16 * p * stride, std::min<std::size_t>(16, kRows - 16 * p),
               kCols, panels.data() + p * w.panel_bytes);
  }
  const std::vector<float> x = test::random_floats(kM * kCols, 2);
  std::vector<float> scratch(panel_blas_scratch_floats(kCols));
  test::for_each_runnable(panel_variants(), [&](const auto& variant) {
    std::vector<float> y(kM * kRows, 1.0F);
    for (const auto& [begin, end] : {std::pair<std::size_t, std::size_t>{0, 3}, {3, w.panels()}}) {
      panel_blas({&w, variant.function.unpack, x.data(), kCols, y.data(), kRows, kM, begin, end,
                  true, scratch.data()});
    }
    std::vector<float> row(kCols);
    for (std::size_t n = 0; n < kRows; ++n) {
      reference::dequantize_row(dtype)(stored.data() + n * stride, row.data(), kCols);
      for (std::size_t m = 0; m < kM; ++m) {
        double sum = 1;
        double magnitude = 1;
        for (std::size_t k = 0; k < kCols; ++k) {
          const double product = static_cast<double>(x[m * kCols + k]) * row[k];
          sum += product;
          magnitude += std::fabs(product);
        }
        ASSERT_NEAR(y[m * kRows + n], sum,
                    kCols * std::numeric_limits<float>::epsilon() * magnitude)
            << variant.name << " n=" << n << " m=" << m;
      }
    }
  });
}

INSTANTIATE_TEST_SUITE_P(AllTypes, PanelBlasTypes,
                         ::testing::ValuesIn(all_dtypes().begin(), all_dtypes().end()),
                         [](const auto& type) { return std::string(type.param.name); });

}  // namespace
}  // namespace woolly
