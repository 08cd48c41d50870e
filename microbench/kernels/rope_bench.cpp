#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include "engine/kernels/rope/rope.h"
#include "microbench/harness/aligned_vector.h"
#include "microbench/harness/inputs.h"
#include "microbench/kernels/benchmarks.h"

namespace woolly::micro {
namespace {

constexpr std::size_t kHeads = 32;

struct Heads {
  Heads(std::size_t heads_, std::size_t dim_, RopeFn function)
      : heads(heads_),
        dim(dim_),
        rope(function),
        x(random_floats(heads_ * dim_, 1)),
        cos_sin(dim_) {
    for (std::size_t i = 0; i < dim; i += 2) {
      const double angle =
          100 * std::pow(10000.0, -static_cast<double>(i) / static_cast<double>(dim));
      cos_sin[i] = static_cast<float>(std::cos(angle));
      cos_sin[i + 1] = static_cast<float>(std::sin(angle));
    }
  }

  // In place again and again: a rotation keeps the values' size.
  void run() { rope(x.data(), cos_sin.data(), heads, dim, dim); }

  std::string verify() {
    const AlignedVector<float> before = x;
    AlignedVector<float> expected = x;
    run();
    rope_variants().back().function(expected.data(), cos_sin.data(), heads, dim, dim);
    return first_difference(x, expected, [&](std::size_t i) {
      const std::size_t pair = i / 2 * 2;
      return 2 * std::numeric_limits<float>::epsilon() * std::hypot(before[pair], before[pair + 1]);
    });
  }

  std::size_t heads;
  std::size_t dim;
  RopeFn rope;
  AlignedVector<float> x;
  AlignedVector<float> cos_sin;
};

}  // namespace

void add_rope_benchmarks(Suite& suite) {
  for (const auto& variant : rope_variants()) {
    if (variant.isa > suite.context.isa) continue;
    for (const std::size_t dim : {std::size_t{64}, std::size_t{128}}) {
      const auto values = static_cast<double>(kHeads * dim);
      suite.add("rope", "F32", variant.name, fmt::format("h{}_d{}", kHeads, dim),
                Cost{.bytes = 8 * values + 4 * static_cast<double>(dim), .flops = 3 * values},
                [dim, function = variant.function] {
                  const auto heads = std::make_shared<Heads>(kHeads, dim, function);
                  return Workload{[heads] { return heads->verify(); }, [heads] { heads->run(); }};
                });
    }
  }
}

}  // namespace woolly::micro
