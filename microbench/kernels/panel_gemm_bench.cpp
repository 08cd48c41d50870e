// panel_matmul's product of many rows, on the shapes of llama-7b: the weights of prefill. Every
// thread decodes pairs of panels and multiplies them with all rows.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <vector>

#include "engine/base/buffer.h"
#include "engine/kernels/panel_matmul/panel_matmul.h"
#include "microbench/harness/aligned_vector.h"
#include "microbench/harness/inputs.h"
#include "microbench/kernels/benchmarks.h"
#include "microbench/kernels/gemm_shape.h"

namespace woolly::micro {
namespace {

class Product {
 public:
  Product(Context& context, Storage& storage, const GemmShape& shape, const PanelKernels& kernels)
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
    fill_with_panels(shape, storage.reserve(shape.weight_bytes()));
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
      const double bound = gemm_error_bound(shape_, std::numeric_limits<float>::epsilon());
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

  void multiply(const PanelKernels& kernels, std::size_t panel, std::size_t m, std::size_t thread) {
    kernels.gemm(
        {&weights_, panel, x_, m, outputs_[thread].as<float>(), scratch_[thread].data(), true});
  }

  ThreadPool& pool_;
  GemmShape shape_;
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
      const GemmShape shape{type.dtype, 512, 4096, 4096};
      suite.add(
          "panel_gemm", type.name, variant.name, shape.text(),
          cost_of(shape, shape.floats() ? Bound::kCompute : Bound::kInt8, context.pool.threads()),
          [&context, &storage = suite.storage, shape, kernels = variant.function] {
            const auto product = std::make_shared<Product>(context, storage, shape, kernels);
            return Workload{[product] { return product->verify(); }, [product] { product->run(); }};
          });
    }
  }
}

}  // namespace woolly::micro
