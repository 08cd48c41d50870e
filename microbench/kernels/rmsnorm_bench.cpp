#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include "engine/kernels/rmsnorm/rmsnorm.h"
#include "microbench/harness/aligned_vector.h"
#include "microbench/harness/inputs.h"
#include "microbench/kernels/benchmarks.h"

namespace woolly::micro {
namespace {

constexpr float kEpsilon = 1e-5F;

struct Row {
  Row(std::size_t n, RmsnormFn function)
      : rmsnorm(function), x(random_floats(n, 1)), weight(random_floats(n, 2)), y(n) {}

  void run() { rmsnorm(x.data(), weight.data(), kEpsilon, y.data(), x.size()); }

  std::string verify() {
    run();
    AlignedVector<float> expected(x.size());
    rmsnorm_variants().back().function(x.data(), weight.data(), kEpsilon, expected.data(),
                                       x.size());
    const double tolerance =
        std::numeric_limits<float>::epsilon() * (static_cast<double>(x.size()) / 16 + 8);
    return first_difference(y, expected,
                            [&](std::size_t i) { return tolerance * std::fabs(expected[i]); });
  }

  RmsnormFn rmsnorm;
  AlignedVector<float> x;
  AlignedVector<float> weight;
  AlignedVector<float> y;
};

}  // namespace

void add_rmsnorm_benchmarks(Suite& suite) {
  for (const auto& variant : rmsnorm_variants()) {
    if (variant.isa > suite.context.isa) continue;
    for (const std::size_t n : {std::size_t{2048}, std::size_t{4096}}) {
      const auto values = static_cast<double>(n);
      suite.add("rmsnorm", "F32", variant.name, fmt::format("n{}", n),
                Cost{.bytes = 12 * values, .flops = 4 * values}, [n, function = variant.function] {
                  const auto row = std::make_shared<Row>(n, function);
                  return Workload{[row] { return row->verify(); }, [row] { row->run(); }};
                });
    }
  }
}

}  // namespace woolly::micro
