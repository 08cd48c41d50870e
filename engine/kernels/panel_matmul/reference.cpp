// The oracle: a row at a time, through the file's format.
#include <algorithm>
#include <vector>

#include "engine/kernels/dequantize_row/dequantize_row.h"
#include "engine/kernels/panel_matmul/pack.h"
#include "engine/kernels/panel_matmul/panel_matmul.h"

namespace woolly::reference {
namespace {

float activation(const PanelWeights& w, const Activations& x, std::size_t k) {
  if (dtype_traits(w.dtype).block_values == 1) return x.values[k];
  return x.scales[k / 32] * static_cast<float>(x.codes[k]);
}

}  // namespace

std::vector<float> row_of_panels(const PanelWeights& w, std::size_t n) {
  std::vector<std::byte> stored(row_bytes(w.dtype, w.cols));
  unpack_row(w.dtype, w.data + n / kPanelRows * w.panel_bytes, n % kPanelRows, w.cols,
             stored.data());
  std::vector<float> values(w.cols);
  dequantize_row(w.dtype)(stored.data(), values.data(), w.cols);
  return values;
}

void panel_matmul(const PanelMatmulArgs& args) noexcept {
  const PanelWeights& w = *args.weights;
  const std::size_t end = std::min(w.rows, args.panel_end * kPanelRows);
  for (std::size_t n = args.panel_begin * kPanelRows; n < end; ++n) {
    const std::vector<float> row = row_of_panels(w, n);
    for (std::size_t m = 0; m < args.m; ++m) {
      double sum = 0;
      for (std::size_t k = 0; k < w.cols; ++k) {
        sum += static_cast<double>(activation(w, args.x[m], k)) * row[k];
      }
      float& y = args.y[m * args.y_stride + n];
      y = static_cast<float>(args.accumulate ? y + sum : sum);
    }
  }
}

void panel_gemm(const PanelGemmArgs& args) noexcept {
  const PanelWeights& w = *args.weights;
  const bool floats = dtype_traits(w.dtype).block_values == 1;
  const auto activation = [&](std::size_t m, std::size_t k) {
    const std::size_t tile = m / kTileRows;
    const std::size_t lane = m % kTileRows;
    if (floats) return args.x.values[(tile * w.cols + k) * kTileRows + lane];
    const TileGroup& group = args.x.groups[tile * tile_groups(w.cols) + k / 32];
    return group.scales[lane] * static_cast<float>(group.codes[k % 32 / 4][lane][k % 4]);
  };
  for (std::size_t i = 0; i < kGemmOutputs; ++i) {
    const std::size_t n = args.panel * kPanelRows + i;
    const std::vector<float> row = n < w.rows ? row_of_panels(w, n) : std::vector<float>(w.cols);
    for (std::size_t m = 0; m < tiles_of(args.m) * kTileRows; ++m) {
      double sum = 0;
      for (std::size_t k = 0; k < w.cols; ++k) {
        sum += static_cast<double>(activation(m, k)) * row[k];
      }
      args.out[m * kGemmOutputs + i] = static_cast<float>(sum);
    }
  }
}

}  // namespace woolly::reference
