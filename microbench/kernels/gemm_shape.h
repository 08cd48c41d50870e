// What benchmarks of products of many rows with packed weights share.
#pragma once

#include <cstddef>
#include <string>

#include "engine/kernels/panel_matmul/panel_layout.h"
#include "engine/tensor/dtype.h"
#include "microbench/harness/suite.h"

namespace woolly::micro {

struct GemmShape {
  DType dtype;
  std::size_t m, rows, cols;

  bool floats() const { return dtype_traits(dtype).block_values == 1; }
  std::size_t panels() const { return rows / kPanelRows; }
  std::size_t weight_bytes() const { return panels() * panel_bytes(dtype, cols); }
  std::string text() const;
};

Cost cost_of(const GemmShape& shape, Bound bound, int threads);

// Writes weight_bytes() of panels of random weights below 1, the same panel again and again: what a
// product takes does not depend on the values.
void fill_with_panels(const GemmShape& shape, std::byte* panels);

// Of an output, where weights and activations are below 1 in magnitude, give or take a step, and
// each of the cols products is off by `error` at most, at random.
double gemm_error_bound(const GemmShape& shape, double error);

}  // namespace woolly::micro
