// The benchmark of a product of many rows with packed weights, on the shapes of llama-7b: the
// weights of prefill. Every thread multiplies units of panels with all rows. What differs between
// products is a Way:
//   Kernels, kUnitPanels, kScratchBytes; variants(), bound(shape), error_bound(shape),
//   out_floats(m); Way(context, shape, kernels) makes the rows of activations;
//   multiply(kernels, weights, panel, panels, m, out, scratch): kCheckedRows rows of the first
//   panel are in the first kCheckedFloats of `out`, whatever m and panels are.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/buffer.h"
#include "engine/kernels/panel_matmul/panel_matmul.h"
#include "microbench/harness/aligned_vector.h"
#include "microbench/harness/inputs.h"
#include "microbench/harness/suite.h"
#include "microbench/kernels/gemm_shape.h"

namespace woolly::micro {

template <typename Way>
class GemmProduct {
 public:
  using Kernels = typename Way::Kernels;

  GemmProduct(Context& context, Storage& storage, const GemmShape& shape, const Kernels& kernels)
      : pool_(context.pool),
        shape_(shape),
        kernels_(kernels),
        weights_{shape.dtype, storage.reserve(shape.weight_bytes()), shape.rows, shape.cols,
                 panel_bytes(shape.dtype, shape.cols)},
        way_(context, shape, kernels) {
    for (int thread = 0; thread < pool_.threads(); ++thread) {
      outputs_.emplace_back(Way::out_floats(shape.m) * sizeof(float), Pages::kHuge);
      scratch_.emplace_back(Way::kScratchBytes, Pages::kSmall);
    }
    fill_with_panels(shape, storage.reserve(shape.weight_bytes()));
  }

  void run() {
    const auto units = static_cast<std::int64_t>(shape_.panels() / Way::kUnitPanels);
    pool_.for_ranges(units, 1, [&](int thread, std::int64_t begin, std::int64_t end) {
      for (std::int64_t unit = begin; unit < end; ++unit) {
        multiply(kernels_, static_cast<std::size_t>(unit) * Way::kUnitPanels, Way::kUnitPanels,
                 shape_.m, static_cast<std::size_t>(thread));
      }
    });
  }

  // The first rows of the first and of the last unit against the oracle: all would take minutes.
  std::string verify() {
    float* out = outputs_[0].as<float>();
    for (const std::size_t panel : {std::size_t{0}, shape_.panels() - Way::kUnitPanels}) {
      std::fill_n(out, Way::kCheckedFloats, std::numeric_limits<float>::quiet_NaN());
      multiply(kernels_, panel, Way::kUnitPanels, shape_.m, 0);
      const AlignedVector<float> got(out, out + Way::kCheckedFloats);
      multiply(Way::variants().back().function, panel, 1, Way::kCheckedRows, 0);
      const double bound = Way::error_bound(shape_);
      const std::string difference =
          first_difference(got, {out, got.size()}, [&](std::size_t) { return bound; });
      if (!difference.empty()) return fmt::format("panel {}: {}", panel, difference);
    }
    return "";
  }

 private:
  void multiply(const Kernels& kernels, std::size_t panel, std::size_t panels, std::size_t m,
                std::size_t thread) {
    way_.multiply(kernels, weights_, panel, panels, m, outputs_[thread].template as<float>(),
                  scratch_[thread].data());
  }

  ThreadPool& pool_;
  GemmShape shape_;
  Kernels kernels_;
  PanelWeights weights_;
  Way way_;
  std::vector<Buffer> outputs_;  // [threads]
  std::vector<Buffer> scratch_;
};

// Of a type that it multiplies, M = 512, N = K = 4096.
template <typename Way>
void add_gemm_benchmark(Suite& suite, std::string_view operation, const DTypeTraits& type,
                        const KernelVariant<typename Way::Kernels>& variant) {
  Context& context = suite.context;
  const GemmShape shape{type.dtype, 512, 4096, 4096};
  suite.add(
      operation, type.name, variant.name, shape.text(),
      cost_of(shape, Way::bound(shape), context.pool.threads()),
      [&context, &storage = suite.storage, shape, kernels = variant.function] {
        const auto product = std::make_shared<GemmProduct<Way>>(context, storage, shape, kernels);
        return Workload{[product] { return product->verify(); }, [product] { product->run(); }};
      });
}

// Variants that this machine has and WOOLLY_ISA allows, but the oracle, which would take hours.
template <typename Kernels>
std::vector<KernelVariant<Kernels>> timed_variants(
    const Context& context, std::span<const KernelVariant<Kernels>> variants) {
  std::vector<KernelVariant<Kernels>> timed;
  for (const KernelVariant<Kernels>& variant : variants) {
    if (variant.isa <= context.isa && context.features.has(variant.isa) &&
        variant.name != "reference") {
      timed.push_back(variant);
    }
  }
  return timed;
}

}  // namespace woolly::micro
