#include "engine/runtime/autotune/autotune.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include <woolly/error.h>

#include "engine/base/check.h"
#include "engine/runtime/autotune/measure_products.h"
#include "engine/runtime/autotune/tuning_file.h"

namespace woolly {
namespace {

// The last measurement may end a little later.
constexpr std::chrono::milliseconds kLimit{2500};

void apply(const ProductShape& shape, bool most_bytes, const std::vector<StoredProduct>& products,
           const Context& context, FastKernels& kernels) {
  for (const auto& [isa, threads, tuned] : products) {
    if (isa != context.isa || threads != context.pool.threads() || tuned.shape != shape) continue;
    kernels.gemm_rows.set(shape.type, tuned.gemm_rows);
    if (most_bytes && kernels.prefetch_bytes == kPanelPrefetchBytes) {
      kernels.prefetch_bytes = tuned.prefetch_bytes;
    }
  }
}

}  // namespace

Autotuned autotune(FastKernels& kernels, const PackedModel& packed, Context& context,
                   const std::filesystem::path& directory) {
  WOOLLY_CHECK(kernels.panels.has_value());
  const TuningHost host = this_tuning_host();
  const std::filesystem::path file = tuning_file(directory);
  StoredTuning stored = read_tuning(file, host);
  Autotuned result;
  const std::vector<ProductShape> shapes = product_shapes(packed);
  std::vector<ProductShape> missing;
  for (const ProductShape& shape : shapes) {
    if (std::none_of(stored.products.begin(), stored.products.end(), [&](const auto& product) {
          return product.isa == context.isa && product.threads == context.pool.threads() &&
                 product.tuned.shape == shape;
        })) {
      missing.push_back(shape);
    }
  }
  if (!missing.empty()) {
    for (const TunedProduct& tuned :
         measure_products(missing, packed, context, *kernels.panels, kLimit)) {
      stored.products.push_back({context.isa, context.pool.threads(), tuned});
    }
    result.measured = true;
    try {
      write_tuning(file, host, stored.products);
    } catch (const Error& error) {
      result.warning =
          fmt::format("what was measured for this host is not kept: {}", error.message());
    }
  }
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    apply(shapes[i], i == 0, stored.products, context, kernels);
  }
  return result;
}

}  // namespace woolly
