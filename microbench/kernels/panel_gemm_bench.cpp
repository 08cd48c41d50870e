// panel_matmul's product of many rows.
#include <algorithm>

#include "engine/kernels/panel_matmul/panel_matmul.h"
#include "microbench/kernels/benchmarks.h"
#include "microbench/kernels/gemm_product.h"

namespace woolly::micro {
namespace {

class Codes {
 public:
  using Kernels = PanelKernels;
  static constexpr std::size_t kUnitPanels = 2;
  static constexpr std::size_t kScratchBytes = kGemmScratchBytes;
  static constexpr std::size_t kCheckedRows = kTileRows;
  static constexpr std::size_t kCheckedFloats = kCheckedRows * kGemmOutputs;

  static auto variants() { return panel_variants(); }
  static Bound bound(const GemmShape& s) { return s.floats() ? Bound::kCompute : Bound::kInt8; }
  static double error_bound(const GemmShape& shape) {
    return gemm_error_bound(shape, std::numeric_limits<float>::epsilon());
  }
  static std::size_t out_floats(std::size_t m) { return gemm_out_floats(m); }

  Codes(Context& context, const GemmShape& shape, const PanelKernels&)
      : memory_(shape.floats() ? tiles_of(shape.m) * kTileRows * shape.cols * sizeof(float)
                               : tiles_of(shape.m) * tile_groups(shape.cols) * sizeof(TileGroup),
                Pages::kHuge) {
    x_.cols = shape.cols;
    if (shape.floats()) {
      x_.values = memory_.as<float>();
    } else {
      x_.groups = memory_.as<TileGroup>();
    }
    Buffer row_memory(activation_bytes(shape.cols), Pages::kSmall);
    const Activations row = activations_at(row_memory.data(), shape.cols);
    const QuantizeActivationsFn quantize =
        select_variant(quantize_activations_variants(), context.isa).function;
    const AlignedVector<float> x = random_floats(shape.m * shape.cols, 1);
    for (std::size_t i = 0; i < shape.m; ++i) {
      std::copy_n(x.data() + i * shape.cols, shape.cols, row.values);
      quantize(row, shape.cols, 0, shape.cols);
      put_into_tiles(x_, i, row, 0, shape.cols);
    }
    pad_last_tile(x_, shape.m);
  }

  void multiply(const PanelKernels& kernels, const PanelWeights& weights, std::size_t panel,
                std::size_t, std::size_t m, float* out, std::byte* scratch) const {
    kernels.gemm({&weights, panel, x_, m, out, scratch, true});
  }

 private:
  Buffer memory_;
  ActivationTiles x_;
};

}  // namespace

void add_panel_gemm_benchmarks(Suite& suite) {
  const std::string_view best = select_variant(panel_variants(), suite.context.isa).name;
  for (const auto& variant : timed_variants(suite.context, panel_variants())) {
    for (const DTypeTraits& type : all_dtypes()) {
      const bool compared = type.dtype == DType::kQ4_K || type.dtype == DType::kQ8_0;
      if (variant.name != best && !compared) continue;
      add_gemm_benchmark<Codes>(suite, "panel_gemm", type, variant);
    }
  }
}

}  // namespace woolly::micro
