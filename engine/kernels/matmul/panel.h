// How many weight rows are dequantized at a time.
#pragma once

#include <algorithm>
#include <cstddef>

namespace woolly {

// For one row of activations the panel stays in the L2 cache (512 KiB of it). For many, a tall
// panel is worth more: BLAS packs x anew for every panel (256 rows: +40 % over 32 at m = 512).
inline std::size_t matmul_panel_rows(std::size_t m, std::size_t cols) {
  constexpr std::size_t kL2Floats = std::size_t{128} << 10;
  constexpr std::size_t kTallPanelRows = 256;
  if (m >= 32) return kTallPanelRows;
  return std::clamp<std::size_t>(kL2Floats / cols, 16, kTallPanelRows);
}

}  // namespace woolly
