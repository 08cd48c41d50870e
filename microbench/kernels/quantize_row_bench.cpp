// Quantizing a row of 4096 values: what make-model and quantize spend their time on. There is one
// implementation; its name in the keys is "portable".
#include <fmt/format.h>

#include <cmath>
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

// Of values uniform in [-1, 1): a grid of n bits over a range of 2 is off by at most a step of
// 2 / (2^n - 2), and the super-blocks' rounded scales may double that.
struct TypeAndError {
  DType dtype;
  double largest_error;
};
constexpr TypeAndError kTypes[] = {{DType::kF16, 0x1p-11},
                                   {DType::kQ8_0, 2.0 / 254},
                                   {DType::kQ4_0, 2.0 / 14},
                                   {DType::kQ4_K, 4.0 / 14},
                                   {DType::kQ6_K, 4.0 / 62}};

struct Row {
  explicit Row(const TypeAndError& t)
      : type(t), in(random_floats(kValues, 1)), row(row_bytes(t.dtype, kValues)) {}

  void run() { quantize_row(type.dtype, in.data(), row.data(), kValues); }

  std::string verify() {
    run();
    AlignedVector<float> out(kValues);
    dequantize_row_variants().back().function(type.dtype)(row.data(), out.data(), kValues);
    return first_difference(out, in, [&](std::size_t) { return type.largest_error; });
  }

  TypeAndError type;
  AlignedVector<float> in;
  AlignedVector<std::byte> row;
};

}  // namespace

void add_quantize_row_benchmarks(Suite& suite) {
  for (const TypeAndError& type : kTypes) {
    const Cost cost{.bytes = static_cast<double>(row_bytes(type.dtype, kValues) + 4 * kValues),
                    .flops = 2.0 * kValues};
    suite.add("quantize_row", dtype_traits(type.dtype).name, "portable",
              fmt::format("k{}", kValues), cost, [type] {
                const auto row = std::make_shared<Row>(type);
                return Workload{[row] { return row->verify(); }, [row] { row->run(); }};
              });
  }
}

}  // namespace woolly::micro
