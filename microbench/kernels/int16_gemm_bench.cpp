// int16_gemm: weights of floats as 16-bit integers. The roof is that of bytes: half of it is the
// most that products of words reach.
#include "engine/kernels/int16_gemm/int16_gemm.h"
#include "microbench/kernels/benchmarks.h"
#include "microbench/kernels/gemm_product.h"

namespace woolly::micro {
namespace {

class Int16 {
 public:
  using Kernels = Int16Kernels;
  static constexpr std::size_t kUnitPanels = kGroupPanels;
  static constexpr std::size_t kScratchBytes = kInt16ScratchBytes;
  static constexpr std::size_t kCheckedRows = kRowTile;
  static constexpr std::size_t kCheckedFloats = kOutTile;

  static auto variants() { return int16_gemm_variants(); }
  static Bound bound(const GemmShape&) { return Bound::kInt8; }
  // Weights are off by half a step of 1 / kInt16MaxWeight, at random.
  static double error_bound(const GemmShape& shape) {
    return 8 * std::sqrt(static_cast<double>(shape.cols)) / 2 / kInt16MaxWeight;
  }
  static std::size_t out_floats(std::size_t m) { return tile_outputs(m, kUnitPanels); }

  Int16(Context&, const GemmShape& shape, const Int16Kernels& kernels)
      : memory_(int16_tiles(shape.m, shape.cols) * sizeof(Int16Tile), Pages::kHuge),
        x_{memory_.as<Int16Tile>(), row_tiles_of(shape.m), shape.cols} {
    const AlignedVector<float> x = random_floats(shape.m * shape.cols, 1);
    for (std::size_t i = 0; i < shape.m; ++i) {
      kernels.put_row(x_, i, x.data() + i * shape.cols, 0, shape.cols);
    }
  }

  void multiply(const Int16Kernels& kernels, const PanelWeights& weights, std::size_t panel,
                std::size_t panels, std::size_t m, float* out, std::byte* scratch) const {
    kernels.gemm({&weights, panel, panel + panels, x_, m, out, scratch});
  }

 private:
  Buffer memory_;
  Int16Rows x_;
};

}  // namespace

void add_int16_gemm_benchmarks(Suite& suite) {
  for (const auto& variant : timed_variants(suite.context, int16_gemm_variants())) {
    for (const DTypeTraits& type : all_dtypes()) {
      if (type.block_values == 1) add_gemm_benchmark<Int16>(suite, "int16_gemm", type, variant);
    }
  }
}

}  // namespace woolly::micro
