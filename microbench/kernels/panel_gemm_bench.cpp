// panel_matmul's product of many rows, on the shapes of llama-7b: the weights of prefill. Every
// thread decodes pairs of panels and multiplies them with all rows.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include "engine/base/buffer.h"
#include "engine/kernels/panel_matmul/pack.h"
#include "engine/kernels/panel_matmul/panel_matmul.h"
#include "engine/kernels/quantize_row/quantize_row.h"
#include "microbench/harness/aligned_vector.h"
#include "microbench/harness/inputs.h"
#include "microbench/kernels/benchmarks.h"

namespace woolly::micro {
namespace {

struct Shape {
  DType dtype;
  std::size_t m, rows, cols;

  bool floats() const { return dtype_traits(dtype).block_values == 1; }
  std::size_t panels() const { return rows / kPanelRows; }
  std::size_t weight_bytes() const { return panels() * panel_bytes(dtype, cols); }
  std::string text() const { return fmt::format("m{}_n{}_k{}", m, rows, cols); }
};

Cost cost_of(const Shape& s, int threads) {
  return {.bytes = static_cast<double>(s.weight_bytes() + 4 * s.m * (s.cols + s.rows)),
          .flops = 2.0 * static_cast<double>(s.m) * static_cast<double>(s.rows * s.cols),
          .bound = s.floats() ? Bound::kCompute : Bound::kInt8,
          .threads = threads};
}

class Product {
 public:
  Product(Context& context, Storage& storage, const Shape& shape, const PanelKernels& kernels)
      : pool_(context.pool),
        shape_(shape),
        kernels_(kernels),
        weights_{shape.dtype, storage.reserve(shape.weight_bytes()), shape.rows, shape.cols,
                 panel_bytes(shape.dtype, shape.cols)},
        tiles_memory_(shape.floats()
                          ? tiles_of(shape.m) * kTileRows * shape.cols * sizeof(float)
                          : tiles_of(shape.m) * tile_groups(shape.cols) * sizeof(TileGroup),
                      Pages::kHuge) {
    x_.cols = shape.cols;
    if (shape.floats()) {
      x_.values = tiles_memory_.as<float>();
    } else {
      x_.groups = tiles_memory_.as<TileGroup>();
    }
    for (int thread = 0; thread < pool_.threads(); ++thread) {
      outputs_.emplace_back(gemm_out_floats(shape.m) * sizeof(float), Pages::kHuge);
      scratch_.emplace_back(kGemmScratchBytes, Pages::kSmall);
    }
    fill_rows(context);
    fill_weights(storage.reserve(shape.weight_bytes()));
  }

  void run() {
    pool_.for_ranges(static_cast<std::int64_t>(shape_.panels()), 2,
                     [&](int thread, std::int64_t begin, std::int64_t end) {
                       for (std::int64_t panel = begin; panel < end; panel += 2) {
                         multiply(kernels_, static_cast<std::size_t>(panel), shape_.m,
                                  static_cast<std::size_t>(thread));
                       }
                     });
  }

  // The first tile of two pairs of panels against the oracle: all would take minutes.
  std::string verify() {
    for (const std::size_t panel : {std::size_t{0}, shape_.panels() - 2}) {
      const std::size_t count = kTileRows * kGemmOutputs;
      std::fill_n(outputs_[0].as<float>(), count, std::numeric_limits<float>::quiet_NaN());
      multiply(kernels_, panel, shape_.m, 0);
      const AlignedVector<float> got(outputs_[0].as<float>(), outputs_[0].as<float>() + count);
      multiply(panel_variants().back().function, panel, kTileRows, 0);
      // Weights and activations are below 1 in magnitude, give or take a step.
      const double bound = 8 * std::sqrt(static_cast<double>(shape_.cols)) *
                           static_cast<double>(shape_.cols) * std::numeric_limits<float>::epsilon();
      const std::string difference = first_difference(got, {outputs_[0].as<float>(), count},
                                                      [&](std::size_t) { return bound; });
      if (!difference.empty()) return fmt::format("panel {}: {}", panel, difference);
    }
    return "";
  }

 private:
  void fill_rows(Context& context) {
    Buffer memory(activation_bytes(shape_.cols), Pages::kSmall);
    const Activations row = activations_at(memory.data(), shape_.cols);
    const QuantizeActivationsFn quantize =
        select_variant(quantize_activations_variants(), context.isa).function;
    const AlignedVector<float> x = random_floats(shape_.m * shape_.cols, 1);
    for (std::size_t i = 0; i < shape_.m; ++i) {
      std::copy_n(x.data() + i * shape_.cols, shape_.cols, row.values);
      quantize(row, shape_.cols, 0, shape_.cols);
      put_into_tiles(x_, i, row, 0, shape_.cols);
    }
    pad_last_tile(x_, shape_.m);
  }

  // The same panel again and again: what a product takes does not depend on the values.
  void fill_weights(std::byte* panels) {
    const std::size_t stride = row_bytes(shape_.dtype, shape_.cols);
    const AlignedVector<float> values = random_floats(kPanelRows * shape_.cols, 2);
    AlignedVector<std::byte> rows(kPanelRows * stride);
    for (std::size_t r = 0; r < kPanelRows; ++r) {
      quantize_row(shape_.dtype, values.data() + r * shape_.cols, rows.data() + r * stride,
                   shape_.cols);
    }
    for (std::size_t p = 0; p < shape_.panels(); ++p) {
      pack_panel(shape_.dtype, rows.data(), kPanelRows, shape_.cols,
                 panels + p * weights_.panel_bytes);
    }
  }

  void multiply(const PanelKernels& kernels, std::size_t panel, std::size_t m, std::size_t thread) {
    kernels.gemm(
        {&weights_, panel, x_, m, outputs_[thread].as<float>(), scratch_[thread].data(), true});
  }

  ThreadPool& pool_;
  Shape shape_;
  PanelKernels kernels_;
  PanelWeights weights_;
  Buffer tiles_memory_;
  ActivationTiles x_;
  std::vector<Buffer> outputs_;  // [threads]
  std::vector<Buffer> scratch_;
};

}  // namespace

void add_panel_gemm_benchmarks(Suite& suite) {
  Context& context = suite.context;
  const std::string_view best = select_variant(panel_variants(), context.isa).name;
  for (const auto& variant : panel_variants()) {
    if (variant.isa > context.isa || !context.features.has(variant.isa)) continue;
    if (variant.name == "reference") continue;  // hours
    for (const DTypeTraits& type : all_dtypes()) {
      const bool compared = type.dtype == DType::kQ4_K || type.dtype == DType::kQ8_0;
      if (variant.name != best && !compared) continue;
      const Shape shape{type.dtype, 512, 4096, 4096};
      suite.add(
          "panel_gemm", type.name, variant.name, shape.text(),
          cost_of(shape, context.pool.threads()),
          [&context, &storage = suite.storage, shape, kernels = variant.function] {
            const auto product = std::make_shared<Product>(context, storage, shape, kernels);
            return Workload{[product] { return product->verify(); }, [product] { product->run(); }};
          });
    }
  }
}

}  // namespace woolly::micro
