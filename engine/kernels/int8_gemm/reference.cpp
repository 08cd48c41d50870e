// The oracle: the codes that int8_gemm.h describes, from weights as floats, sums in double.
#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/kernels/int8_gemm/int8_gemm.h"

namespace woolly::reference {

void int8_put_row(const Int8Rows& x, std::size_t at, const float* row, std::size_t begin,
                  std::size_t end) noexcept {
  for (std::size_t k = begin; k < end; k += kInt8BlockCols) {
    Int8Tile& tile = *int8_tile_at(x, at / kRowTile, k / kInt8BlockCols);
    const std::size_t lane = at % kRowTile;
    const std::size_t count = std::min(kInt8BlockCols, end - k);
    const float* values = row + (k - begin);
    float largest = 0;
    for (std::size_t i = 0; i < count; ++i) largest = std::max(largest, std::fabs(values[i]));
    const float scale = largest / 127;
    const float inverse = scale > kSmallestScale ? 1 / scale : 0;
    int sum = 0;
    for (std::size_t i = 0; i < kInt8BlockCols; ++i) {
      const int code = i < count ? static_cast<int>(std::nearbyint(values[i] * inverse)) : 0;
      tile.codes[i / kInt8TileCols][lane][i % kInt8TileCols] = static_cast<std::int8_t>(code);
      sum += code;
    }
    tile.scales[lane] = scale;
    tile.starts[lane] = -128 * sum;
  }
}

// Weights as they are: what requantizing them adds is in the bound that variants are held to.
void int8_gemm(const Int8GemmArgs& args) noexcept {
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
        const Int8Tile& tile = *int8_tile_at(args.x, m / kRowTile, k / kInt8BlockCols);
        const std::size_t i = k % kInt8BlockCols;
        sum += static_cast<double>(tile.scales[lane]) *
               tile.codes[i / kInt8TileCols][lane][i % kInt8TileCols] * row[k];
      }
      args.out[tile_output_at(m, n / kPanelRows - args.panel_begin, panels) + n % kPanelRows] =
          static_cast<float>(sum);
    }
  }
}

}  // namespace woolly::reference
