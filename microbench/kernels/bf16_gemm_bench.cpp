// bf16_gemm: weights decoded to bfloat16.
#include "engine/kernels/bf16_gemm/bf16_gemm.h"
#include "microbench/kernels/benchmarks.h"
#include "microbench/kernels/gemm_product.h"

namespace woolly::micro {
namespace {

class Bfloats {
 public:
  using Kernels = Bf16Kernels;
  static constexpr std::size_t kUnitPanels = kGroupPanels;
  static constexpr std::size_t kScratchBytes = kBf16ScratchBytes;
  static constexpr std::size_t kCheckedRows = 8;
  static constexpr std::size_t kCheckedFloats = kCheckedRows * kPanelRows;

  static auto variants() { return bf16_gemm_variants(); }
  static Bound bound(const GemmShape&) { return Bound::kBf16; }
  // Weights may round to the other side where they are computed in another order.
  static double error_bound(const GemmShape& shape) {
    return gemm_error_bound(shape, std::numeric_limits<float>::epsilon()) + 0.02;
  }
  static std::size_t out_floats(std::size_t m) { return tile_outputs(m, kUnitPanels); }

  Bfloats(Context&, const GemmShape& shape, const Bf16Kernels& kernels)
      : memory_(bf16_row_values(shape.m, shape.cols) * sizeof(std::uint16_t), Pages::kHuge),
        x_{memory_.as<std::uint16_t>(), nullptr, row_tiles_of(shape.m), shape.cols} {
    const AlignedVector<float> x = random_floats(shape.m * shape.cols, 1);
    for (std::size_t i = 0; i < shape.m; ++i) {
      kernels.put_row(x_, i, x.data() + i * shape.cols, 0, shape.cols);
    }
  }

  void multiply(const Bf16Kernels& kernels, const PanelWeights& weights, std::size_t panel,
                std::size_t panels, std::size_t m, float* out, std::byte* scratch) const {
    kernels.gemm({&weights, panel, panel + panels, x_, m, out, scratch, true});
  }

 private:
  Buffer memory_;
  Bf16Rows x_;
};

}  // namespace

void add_bf16_gemm_benchmarks(Suite& suite) {
  for (const auto& variant : timed_variants(suite.context, bf16_gemm_variants())) {
    for (const DTypeTraits& type : all_dtypes()) {
      add_gemm_benchmark<Bfloats>(suite, "bf16_gemm", type, variant);
    }
  }
}

}  // namespace woolly::micro
