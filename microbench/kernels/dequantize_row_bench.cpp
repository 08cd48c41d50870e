// A row of 4096 values of every type, in cache: what unpacking costs beside the reading.
#include <fmt/format.h>

#include <memory>
#include <vector>

#include "engine/kernels/dequantize_row/dequantize_row.h"
#include "engine/kernels/quantize_row/quantize_row.h"
#include "microbench/harness/aligned_vector.h"
#include "microbench/harness/inputs.h"
#include "microbench/kernels/benchmarks.h"

namespace woolly::micro {
namespace {

constexpr std::size_t kValues = 4096;

struct Row {
  Row(DType type, DequantizeRowFn dequantize_row)
      : dtype(type), dequantize(dequantize_row), row(row_bytes(type, kValues)), out(kValues) {
    quantize_row(type, random_floats(kValues, 1).data(), row.data(), kValues);
  }

  void run() { dequantize(row.data(), out.data(), kValues); }

  // To the bit, as dequantize_row.h promises.
  std::string verify() {
    run();
    AlignedVector<float> expected(kValues);
    dequantize_row_variants().back().function(dtype)(row.data(), expected.data(), kValues);
    return first_difference(out, expected, [](std::size_t) { return 0.0; });
  }

  DType dtype;
  DequantizeRowFn dequantize;
  AlignedVector<std::byte> row;
  AlignedVector<float> out;
};

// A product and a sum for each value of a block type; a conversion is one operation, a copy none.
double flops_per_value(DType dtype) {
  if (dtype == DType::kF32) return 0;
  return dtype_traits(dtype).block_values == 1 ? 1 : 2;
}

}  // namespace

void add_dequantize_row_benchmarks(Suite& suite) {
  for (const auto& variant : dequantize_row_variants()) {
    if (variant.isa > suite.context.isa) continue;
    for (const DTypeTraits& type : all_dtypes()) {
      const Cost cost{.bytes = static_cast<double>(row_bytes(type.dtype, kValues) + 4 * kValues),
                      .flops = flops_per_value(type.dtype) * kValues};
      suite.add("dequantize_row", type.name, variant.name, fmt::format("k{}", kValues), cost,
                [dtype = type.dtype, function = variant.function(type.dtype)] {
                  const auto row = std::make_shared<Row>(dtype, function);
                  return Workload{[row] { return row->verify(); }, [row] { row->run(); }};
                });
    }
  }
}

}  // namespace woolly::micro
