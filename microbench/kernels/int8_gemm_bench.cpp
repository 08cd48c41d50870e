// int8_gemm on the shapes of llama-7b: the weights of prefill, requantized. Every thread decodes
// pairs of panels and multiplies them with all rows.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include "engine/base/buffer.h"
#include "engine/kernels/int8_gemm/int8_gemm.h"
#include "microbench/harness/aligned_vector.h"
#include "microbench/harness/inputs.h"
#include "microbench/kernels/benchmarks.h"
#include "microbench/kernels/gemm_shape.h"

namespace woolly::micro {
namespace {

class Product {
 public:
  Product(Context& context, Storage& storage, const GemmShape& shape, const Int8Kernels& kernels)
      : pool_(context.pool),
        shape_(shape),
        kernels_(kernels),
        weights_{shape.dtype, storage.reserve(shape.weight_bytes()), shape.rows, shape.cols,
                 panel_bytes(shape.dtype, shape.cols)},
        tiles_(tiles_of(shape.m) * int8_blocks(shape.cols) * sizeof(Int8Tile), Pages::kHuge),
        x_{tiles_.as<Int8Tile>(), shape.cols} {
    for (int thread = 0; thread < pool_.threads(); ++thread) {
      outputs_.emplace_back(gemm_out_floats(shape.m) * sizeof(float), Pages::kHuge);
      scratch_.emplace_back(kGemmScratchBytes, Pages::kSmall);
    }
    const AlignedVector<float> x = random_floats(shape.m * shape.cols, 1);
    for (std::size_t i = 0; i < shape.m; ++i) {
      kernels.put_row(x_, i, x.data() + i * shape.cols, 0, shape.cols);
    }
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

  // The first rows of two pairs of panels against the oracle: all would take minutes.
  std::string verify() {
    constexpr std::size_t kRows = 8;
    for (const std::size_t panel : {std::size_t{0}, shape_.panels() - 2}) {
      float* out = outputs_[0].as<float>();
      std::fill_n(out, kRows * kGemmOutputs, std::numeric_limits<float>::quiet_NaN());
      multiply(kernels_, panel, shape_.m, 0);
      const AlignedVector<float> got(out, out + kRows * kGemmOutputs);
      multiply(int8_gemm_variants().back().function, panel, kRows, 0);
      // Weights are off by half a step of 1 / 127, at random.
      const double bound = 8 * std::sqrt(static_cast<double>(shape_.cols)) / 2 / 127;
      const std::string difference =
          first_difference(got, {out, got.size()}, [&](std::size_t) { return bound; });
      if (!difference.empty()) return fmt::format("panel {}: {}", panel, difference);
    }
    return "";
  }

 private:
  void multiply(const Int8Kernels& kernels, std::size_t panel, std::size_t m, std::size_t thread) {
    kernels.gemm(
        {&weights_, panel, x_, m, outputs_[thread].as<float>(), scratch_[thread].data(), true});
  }

  ThreadPool& pool_;
  GemmShape shape_;
  Int8Kernels kernels_;
  PanelWeights weights_;
  Buffer tiles_;
  Int8Rows x_;
  std::vector<Buffer> outputs_;  // [threads]
  std::vector<Buffer> scratch_;
};

}  // namespace

void add_int8_gemm_benchmarks(Suite& suite) {
  Context& context = suite.context;
  for (const auto& variant : int8_gemm_variants()) {
    if (variant.isa > context.isa || !context.features.has(variant.isa)) continue;
    if (variant.name == "reference") continue;  // hours
    for (const DTypeTraits& type : all_dtypes()) {
      const GemmShape shape{type.dtype, 512, 4096, 4096};
      if (shape.floats()) continue;
      suite.add(
          "int8_gemm", type.name, variant.name, shape.text(),
          cost_of(shape, Bound::kInt8, context.pool.threads()),
          [&context, &storage = suite.storage, shape, kernels = variant.function] {
            const auto product = std::make_shared<Product>(context, storage, shape, kernels);
            return Workload{[product] { return product->verify(); }, [product] { product->run(); }};
          });
    }
  }
}

}  // namespace woolly::micro
