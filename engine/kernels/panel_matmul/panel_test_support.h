// For tests of products with packed weights: matrices whose rows are known.
#pragma once

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "engine/base/buffer.h"
#include "engine/kernels/dequantize_row/dequantize_row.h"
#include "engine/kernels/kernel_test_support.h"
#include "engine/kernels/panel_matmul/pack.h"
#include "engine/kernels/panel_matmul/panel_matmul.h"
#include "engine/kernels/quantize_row/quantize_row.h"

namespace woolly::test {

// Rows of weights as a file stores them and as panels.
class Weights {
 public:
  Weights(DType dtype, std::size_t rows, std::size_t cols, std::vector<std::byte> stored)
      : stored_(std::move(stored)),
        memory_((rows + 15) / 16 * panel_bytes(dtype, cols), Pages::kSmall),
        panels_{dtype, memory_.data(), rows, cols, panel_bytes(dtype, cols)} {
    const std::size_t stride = row_bytes(dtype, cols);
    for (std::size_t p = 0; p < panels_.panels(); ++p) {
      pack_panel(dtype, stored_.data() + 16 * p * stride, std::min<std::size_t>(16, rows - 16 * p),
                 cols, memory_.data() + p * panels_.panel_bytes);
    }
  }

  const PanelWeights& panels() const { return panels_; }
  std::vector<float> row(std::size_t n) const {
    std::vector<float> values(panels_.cols);
    const std::size_t stride = row_bytes(panels_.dtype, panels_.cols);
    reference::dequantize_row(panels_.dtype)(stored_.data() + n * stride, values.data(),
                                             panels_.cols);
    return values;
  }

 private:
  std::vector<std::byte> stored_;
  Buffer memory_;
  PanelWeights panels_;
};

// Of [rows][cols] values, as quantize_row stores them.
inline Weights weights_of(DType dtype, std::size_t rows, std::size_t cols,
                          const std::vector<float>& values) {
  const std::size_t stride = row_bytes(dtype, cols);
  std::vector<std::byte> stored(rows * stride);
  for (std::size_t n = 0; n < rows; ++n) {
    quantize_row(dtype, values.data() + n * cols, stored.data() + n * stride, cols);
  }
  return {dtype, rows, cols, std::move(stored)};
}

inline Weights trained_like(DType dtype, std::size_t rows, std::size_t cols) {
  return weights_of(dtype, rows, cols, random_floats(rows * cols, 5, 0.1F));
}

// Any bits in the codes and packed scales; the binary16 fields made finite.
inline Weights any_bits(DType dtype, std::size_t rows, std::size_t cols) {
  const DTypeTraits& traits = dtype_traits(dtype);
  const std::size_t stride = row_bytes(dtype, cols);
  std::mt19937 random(9);
  std::vector<std::byte> stored(rows * stride);
  for (std::size_t n = 0; n < rows; ++n) {
    for (std::size_t at = n * stride; at < (n + 1) * stride; at += traits.block_bytes) {
      std::vector<float> decoded(traits.block_values);
      do {
        for (std::size_t i = 0; i < traits.block_bytes; ++i) {
          stored[at + i] = static_cast<std::byte>(random());
        }
        reference::dequantize_row(dtype)(stored.data() + at, decoded.data(), decoded.size());
      } while (!std::all_of(decoded.begin(), decoded.end(),
                            [](float v) { return std::isfinite(v) && std::fabs(v) < 1e6F; }));
    }
  }
  return {dtype, rows, cols, std::move(stored)};
}

}  // namespace woolly::test
