#include <fmt/format.h>

#include <cmath>
#include <memory>
#include <vector>

#include "engine/kernels/softmax/softmax.h"
#include "microbench/harness/aligned_vector.h"
#include "microbench/harness/inputs.h"
#include "microbench/kernels/benchmarks.h"

namespace woolly::micro {
namespace {

// Maximum, difference, exponential (one operation of the formula), sum and scale.
constexpr double kFlopsPerValue = 5;

struct Row {
  Row(std::size_t n, SoftmaxFn function) : softmax(function), x(random_floats(n, 1)) {}

  // In place again and again: the values become 1 / n, and the work does not depend on them.
  void run() { softmax(x.data(), x.size()); }

  std::string verify() {
    AlignedVector<float> expected = x;
    run();
    softmax_variants().back().function(expected.data(), expected.size());
    return first_difference(x, expected,
                            [&](std::size_t i) { return 1e-6 * std::fabs(expected[i]) + 1e-37; });
  }

  SoftmaxFn softmax;
  AlignedVector<float> x;
};

}  // namespace

void add_softmax_benchmarks(Suite& suite) {
  for (const auto& variant : softmax_variants()) {
    if (variant.isa > suite.context.isa) continue;
    for (const std::size_t n : {std::size_t{512}, std::size_t{4096}}) {
      const auto values = static_cast<double>(n);
      suite.add("softmax", "F32", variant.name, fmt::format("n{}", n),
                Cost{.bytes = 12 * values, .flops = kFlopsPerValue * values},
                [n, function = variant.function] {
                  const auto row = std::make_shared<Row>(n, function);
                  return Workload{[row] { return row->verify(); }, [row] { row->run(); }};
                });
    }
  }
}

}  // namespace woolly::micro
