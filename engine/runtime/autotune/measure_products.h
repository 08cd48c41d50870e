// What decides the speed of a product with packed weights and nothing else, measured with a model's
// own matrices on this host.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "engine/base/context.h"
#include "engine/kernels/panel_matmul/panel_matmul.h"
#include "engine/model/packed_model.h"
#include "engine/tensor/dtype.h"

namespace woolly {

// The matrices of a model that are as its largest of one type.
struct ProductShape {
  DType type = DType::kF32;
  std::size_t rows = 0;
  std::size_t cols = 0;

  bool operator==(const ProductShape&) const = default;
};

struct TunedProduct {
  ProductShape shape;
  std::size_t gemm_rows = 0;       // as in GemmRows
  std::size_t prefetch_bytes = 0;  // of the product of one row
};

// One for each type, the type with the most bytes first.
std::vector<ProductShape> product_shapes(const PackedModel& packed);

// Measures these shapes, first to last, and leaves out what is not done within `limit`. Takes the
// threads of the context and some MiB.
std::vector<TunedProduct> measure_products(std::span<const ProductShape> shapes,
                                           const PackedModel& packed, Context& context,
                                           const PanelKernels& kernels,
                                           std::chrono::nanoseconds limit);

// The smallest of these rising candidates for which `quicker` holds, `otherwise` if it does for
// none. It is asked as a binary search asks: it holds from some candidate on.
std::size_t first_quicker(std::span<const std::size_t> candidates, std::size_t otherwise,
                          const std::function<bool(std::size_t)>& quicker);

}  // namespace woolly
