#include <fmt/format.h>

#include <cmath>
#include <memory>
#include <vector>

#include "engine/kernels/silu_mul/silu_mul.h"
#include "microbench/harness/aligned_vector.h"
#include "microbench/harness/inputs.h"
#include "microbench/kernels/benchmarks.h"

namespace woolly::micro {
namespace {

// Sigmoid's exponential counted as the one operation it is in the formula.
constexpr double kFlopsPerValue = 5;

struct Row {
  Row(std::size_t n, SiluMulFn function)
      : silu_mul(function), gate(random_floats(n, 1)), up(random_floats(n, 2)), y(n) {
    for (float& value : gate) value *= 8;  // the range trained models have
  }

  void run() { silu_mul(gate.data(), up.data(), y.data(), y.size()); }

  std::string verify() {
    run();
    AlignedVector<float> expected(y.size());
    silu_mul_variants().back().function(gate.data(), up.data(), expected.data(), y.size());
    return first_difference(y, expected, [&](std::size_t i) {
      return 1e-6 * std::fabs(expected[i]) + 1e-36 * std::fabs(up[i]);
    });
  }

  SiluMulFn silu_mul;
  AlignedVector<float> gate;
  AlignedVector<float> up;
  AlignedVector<float> y;
};

}  // namespace

void add_silu_mul_benchmarks(Suite& suite) {
  for (const auto& variant : silu_mul_variants()) {
    if (variant.isa > suite.context.isa) continue;
    for (const std::size_t n : {std::size_t{5632}, std::size_t{11008}}) {
      const auto values = static_cast<double>(n);
      suite.add("silu_mul", "F32", variant.name, fmt::format("n{}", n),
                Cost{.bytes = 12 * values, .flops = kFlopsPerValue * values},
                [n, function = variant.function] {
                  const auto row = std::make_shared<Row>(n, function);
                  return Workload{[row] { return row->verify(); }, [row] { row->run(); }};
                });
    }
  }
}

}  // namespace woolly::micro
