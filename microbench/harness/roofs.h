// The roofs of this host that benchmarks are held against.
#pragma once

#include <functional>
#include <map>

#include <woolly/roofline.h>

#include "microbench/harness/suite.h"

namespace woolly::micro {

// Measures what `threads` threads of this host can do.
using RoofSource = std::function<Roofline(int threads)>;

// Measured once for each thread count, before anything else runs.
class Roofs {
 public:
  explicit Roofs(RoofSource source) : source_(std::move(source)) {}

  void measure(int threads);

  // Share of the roof named by cost.bound that a call of `seconds` reaches. Above 1 when the data
  // came from a cache after all, or the roof was measured in a worse moment. 0 without a roof.
  double fraction(const Cost& cost, double seconds) const;

  const std::map<int, Roofline>& by_threads() const { return by_threads_; }

 private:
  RoofSource source_;
  std::map<int, Roofline> by_threads_;
};

}  // namespace woolly::micro
