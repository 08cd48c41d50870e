#include "engine/kernels/panel_matmul/panel_blas.h"

#include <cblas.h>

#include <algorithm>

namespace woolly {
namespace {

// BLAS packs x anew for every call: tall pieces, as engine/kernels/matmul/panel.h found.
constexpr std::size_t kPanelsAtOnce = 16;

}  // namespace

void panel_blas(const PanelBlasArgs& args) noexcept {
  const PanelWeights& w = *args.weights;
  const auto cols = static_cast<blasint>(w.cols);
  for (std::size_t begin = args.panel_begin; begin < args.panel_end; begin += kPanelsAtOnce) {
    const std::size_t count = std::min(kPanelsAtOnce, args.panel_end - begin);
    const std::size_t stride = count * kPanelRows;
    for (std::size_t i = 0; i < count; ++i) {
      args.unpack({&w, begin + i, args.scratch + i * kPanelRows, stride});
    }
    const std::size_t first = begin * kPanelRows;
    const auto rows = static_cast<blasint>(std::min(stride, w.rows - first));
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, static_cast<blasint>(args.m), rows, cols,
                1.0F, args.x, static_cast<blasint>(args.x_stride), args.scratch,
                static_cast<blasint>(stride), args.accumulate ? 1.0F : 0.0F, args.y + first,
                static_cast<blasint>(args.y_stride));
  }
}

std::size_t panel_blas_scratch_floats(std::size_t cols) {
  return kPanelsAtOnce * kPanelRows * cols;
}

}  // namespace woolly
