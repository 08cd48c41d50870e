// The oracle: a row of weights at a time, through the file's format, sums in double.
#include <algorithm>
#include <bit>
#include <vector>

#include "engine/kernels/bf16_gemm/bf16_gemm.h"
#include "engine/tensor/half.h"

namespace woolly::reference {
namespace {

// Activations: ties to even. Weights: ties away from zero.
float rounded(float v) { return bfloat_to_float(float_to_bfloat(v)); }
float rounded_weight(float w) {
  return std::bit_cast<float>((std::bit_cast<std::uint32_t>(w) + 0x8000U) & 0xFFFF0000U);
}

// The product of a weight with an activation and its rest.
double product(float w, double x, double rest, bool with_rests) {
  const float high = rounded_weight(w);
  const double sum = high * (x + rest);
  return with_rests ? sum + rounded_weight(w - high) * x : sum;
}

}  // namespace

void bf16_put_row(const Bf16Rows& x, std::size_t at, const float* row, std::size_t begin,
                  std::size_t end) noexcept {
  for (std::size_t k = begin; k < (end + kBf16TileCols - 1) / kBf16TileCols * kBf16TileCols; ++k) {
    const float value = k < end ? row[k - begin] : 0;
    const std::size_t to = bf16_tile_at(x, at / kRowTile, k / kBf16TileCols) +
                           at % kRowTile * kBf16TileCols + k % kBf16TileCols;
    x.values[to] = float_to_bfloat(value);
    if (x.rest != nullptr) x.rest[to] = float_to_bfloat(value - rounded(value));
  }
}

void bf16_gemm(const Bf16GemmArgs& args) noexcept {
  const PanelWeights& w = *args.weights;
  const bool with_rests = bf16_has_rest(w.dtype) && args.x.rest != nullptr;
  const std::size_t panels = args.panel_end - args.panel_begin;
  std::fill_n(args.out, tile_outputs(args.m, panels), 0.0F);
  const auto activation = [&](const std::uint16_t* values, std::size_t m, std::size_t k) {
    return bfloat_to_float(values[bf16_tile_at(args.x, m / kRowTile, k / kBf16TileCols) +
                                  m % kRowTile * kBf16TileCols + k % kBf16TileCols]);
  };
  for (std::size_t p = 0; p < panels; ++p) {
    for (std::size_t i = 0; i < kPanelRows; ++i) {
      const std::size_t n = (args.panel_begin + p) * kPanelRows + i;
      if (n >= w.rows) break;
      const std::vector<float> row = row_of_panels(w, n);
      for (std::size_t m = 0; m < args.m; ++m) {
        double sum = 0;
        for (std::size_t k = 0; k < w.cols; ++k) {
          const double rest = with_rests ? activation(args.x.rest, m, k) : 0;
          sum += product(row[k], activation(args.x.values, m, k), rest, with_rests);
        }
        args.out[tile_output_at(m, p, panels) + i] = static_cast<float>(sum);
      }
    }
  }
}

}  // namespace woolly::reference
