// The oracle: the codes that int8_gemm.h describes, from weights as floats, sums in double.
#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/kernels/int8_gemm/int8_gemm.h"

namespace woolly::reference {

void int8_put_row(const Int8Rows& x, std::size_t at, const float* row, std::size_t begin,
                  std::size_t end) noexcept {
  for (std::size_t k = begin; k < end; k += kInt8BlockCols) {
    Int8Tile& tile = x.tiles[at / kTileRows * int8_blocks(x.cols) + k / kInt8BlockCols];
    const std::size_t lane = at % kTileRows;
    const std::size_t count = std::min(kInt8BlockCols, end - k);
    const float* values = row + (k - begin);
    float largest = 0;
    for (std::size_t i = 0; i < count; ++i) largest = std::max(largest, std::fabs(values[i]));
    const float scale = largest / 127;
    const float inverse = scale > kSmallestScale ? 1 / scale : 0;
    int sum = 0;
    for (std::size_t i = 0; i < kInt8BlockCols; ++i) {
      const int code = i < count ? static_cast<int>(std::nearbyint(values[i] * inverse)) : 0;
      tile.codes[i / 4][lane][i % 4] = static_cast<std::int8_t>(code);
      sum += code;
    }
    tile.scales[lane] = scale;
    tile.starts[lane] = -128 * sum;
  }
}

// Weights as they are: what requantizing them adds is in the bound that variants are held to.
void int8_gemm(const Int8GemmArgs& args) noexcept {
  const PanelWeights& w = *args.weights;
  for (std::size_t i = 0; i < kGemmOutputs; ++i) {
    const std::size_t n = args.panel * kPanelRows + i;
    const std::vector<float> row = n < w.rows ? row_of_panels(w, n) : std::vector<float>(w.cols);
    for (std::size_t m = 0; m < args.m; ++m) {
      const Int8Tile* tiles = args.x.tiles + m / kTileRows * int8_blocks(args.x.cols);
      const std::size_t lane = m % kTileRows;
      double sum = 0;
      for (std::size_t k = 0; k < w.cols; ++k) {
        const Int8Tile& tile = tiles[k / kInt8BlockCols];
        sum += static_cast<double>(tile.scales[lane]) *
               tile.codes[k % kInt8BlockCols / 4][lane][k % 4] * row[k];
      }
      args.out[m * kGemmOutputs + i] = static_cast<float>(sum);
    }
  }
}

}  // namespace woolly::reference
