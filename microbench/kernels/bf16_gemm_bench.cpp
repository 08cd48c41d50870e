// bf16_gemm on the shapes of llama-7b: the weights of prefill, decoded to bfloat16. Every thread
// multiplies groups of panels with all rows.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <vector>

#include "engine/base/buffer.h"
#include "engine/kernels/bf16_gemm/bf16_gemm.h"
#include "microbench/harness/aligned_vector.h"
#include "microbench/harness/inputs.h"
#include "microbench/kernels/benchmarks.h"
#include "microbench/kernels/gemm_shape.h"

namespace woolly::micro {
namespace {

class Product {
 public:
  Product(Context& context, Storage& storage, const GemmShape& shape, const Bf16Kernels& kernels)
      : pool_(context.pool),
        shape_(shape),
        kernels_(kernels),
        weights_{shape.dtype, storage.reserve(shape.weight_bytes()), shape.rows, shape.cols,
                 panel_bytes(shape.dtype, shape.cols)},
        values_(bf16_row_values(shape.m, shape.cols) * sizeof(std::uint16_t), Pages::kHuge),
        x_{values_.as<std::uint16_t>(), nullptr, bf16_row_tiles(shape.m), shape.cols} {
    for (int thread = 0; thread < pool_.threads(); ++thread) {
      outputs_.emplace_back(bf16_out_floats(shape.m, kBf16GroupPanels) * sizeof(float),
                            Pages::kHuge);
      scratch_.emplace_back(kBf16ScratchBytes, Pages::kHuge);
    }
    const AlignedVector<float> x = random_floats(shape.m * shape.cols, 1);
    for (std::size_t i = 0; i < shape.m; ++i) {
      kernels.put_row(x_, i, x.data() + i * shape.cols, 0, shape.cols);
    }
    fill_with_panels(shape, storage.reserve(shape.weight_bytes()));
  }

  void run() {
    const auto groups = static_cast<std::int64_t>(shape_.panels() / kBf16GroupPanels);
    pool_.for_ranges(groups, 1, [&](int thread, std::int64_t begin, std::int64_t end) {
      for (std::int64_t group = begin; group < end; ++group) {
        multiply(kernels_, static_cast<std::size_t>(group) * kBf16GroupPanels, kBf16GroupPanels,
                 shape_.m, static_cast<std::size_t>(thread));
      }
    });
  }

  // The first rows of a panel of the first and of the last group against the oracle: all would take
  // minutes.
  std::string verify() {
    constexpr std::size_t kRows = 8;
    for (const std::size_t group : {std::size_t{0}, shape_.panels() - kBf16GroupPanels}) {
      float* out = outputs_[0].as<float>();
      std::fill_n(out, bf16_out_floats(shape_.m, kBf16GroupPanels),
                  std::numeric_limits<float>::quiet_NaN());
      multiply(kernels_, group, kBf16GroupPanels, shape_.m, 0);
      const AlignedVector<float> got(out, out + kRows * kPanelRows);
      multiply(bf16_gemm_variants().back().function, group, 1, kRows, 0);
      // Weights may round to the other side where they are computed in another order.
      const double bound = gemm_error_bound(shape_, std::numeric_limits<float>::epsilon()) + 0.02;
      const std::string difference =
          first_difference(got, {out, got.size()}, [&](std::size_t) { return bound; });
      if (!difference.empty()) return fmt::format("panel {}: {}", group, difference);
    }
    return "";
  }

 private:
  void multiply(const Bf16Kernels& kernels, std::size_t panel, std::size_t panels, std::size_t m,
                std::size_t thread) {
    kernels.gemm({&weights_, panel, panel + panels, x_, m, outputs_[thread].as<float>(),
                  scratch_[thread].data(), true});
  }

  ThreadPool& pool_;
  GemmShape shape_;
  Bf16Kernels kernels_;
  PanelWeights weights_;
  Buffer values_;
  Bf16Rows x_;
  std::vector<Buffer> outputs_;  // [threads]
  std::vector<Buffer> scratch_;
};

}  // namespace

void add_bf16_gemm_benchmarks(Suite& suite) {
  Context& context = suite.context;
  for (const auto& variant : bf16_gemm_variants()) {
    if (variant.isa > context.isa || !context.features.has(variant.isa)) continue;
    if (variant.name == "reference") continue;  // hours
    for (const DTypeTraits& type : all_dtypes()) {
      const GemmShape shape{type.dtype, 512, 4096, 4096};
      suite.add(
          "bf16_gemm", type.name, variant.name, shape.text(),
          cost_of(shape, Bound::kBf16, context.pool.threads()),
          [&context, &storage = suite.storage, shape, kernels = variant.function] {
            const auto product = std::make_shared<Product>(context, storage, shape, kernels);
            return Workload{[product] { return product->verify(); }, [product] { product->run(); }};
          });
    }
  }
}

}  // namespace woolly::micro
