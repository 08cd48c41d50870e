// The oracle: the codes of activations that int16_gemm.h describes, weights as floats, sums in
// double.
#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/kernels/activations/activations.h"
#include "engine/kernels/int16_gemm/int16_gemm.h"

namespace woolly::reference {

void int16_put_row(const Int16Rows& x, std::size_t at, const float* row, std::size_t begin,
                   std::size_t end) noexcept {
  for (std::size_t k = begin; k < end; k += kInt16BlockCols) {
    Int16Tile& tile = *int16_tile_at(x, at / kRowTile, k / kInt16BlockCols);
    const std::size_t lane = at % kRowTile;
    const std::size_t count = std::min(kInt16BlockCols, end - k);
    const float* values = row + (k - begin);
    float largest = 0;
    for (std::size_t i = 0; i < count; ++i) largest = std::max(largest, std::fabs(values[i]));
    const float scale = largest / kInt16MaxActivation;
    const float inverse = scale > kSmallestScale ? 1 / scale : 0;
    for (std::size_t i = 0; i < kInt16BlockCols; ++i) {
      tile.codes[lane][i] =
          i < count ? static_cast<std::int16_t>(std::nearbyint(values[i] * inverse)) : 0;
    }
    tile.scales[lane] = scale;
  }
}

// Weights as they are: what rounding them adds is in the bound that variants are held to.
void int16_gemm(const Int16GemmArgs& args) noexcept {
  const PanelWeights& w = *args.weights;
  const std::size_t panels = args.panel_end - args.panel_begin;
  std::fill_n(args.out, tile_outputs(args.m, panels), 0.0F);
  for (std::size_t n = args.panel_begin * kPanelRows;
       n < std::min(args.panel_end * kPanelRows, w.rows); ++n) {
    const std::vector<float> row = row_of_panels(w, n);
    for (std::size_t m = 0; m < args.m; ++m) {
      const std::size_t lane = m % kRowTile;
      double sum = 0;
      for (std::size_t k = 0; k < w.cols; ++k) {
        const Int16Tile& tile = *int16_tile_at(args.x, m / kRowTile, k / kInt16BlockCols);
        sum +=
            static_cast<double>(tile.scales[lane]) * tile.codes[lane][k % kInt16BlockCols] * row[k];
      }
      args.out[tile_output_at(m, n / kPanelRows - args.panel_begin, panels) + n % kPanelRows] =
          static_cast<float>(sum);
    }
  }
}

}  // namespace woolly::reference
