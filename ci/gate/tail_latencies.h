// The times between tokens, of all launches of a gate together: of the tail of one launch there is
// too little (rule 12 of the design).
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "ci/gate/block.h"

namespace woolly::gate {

// Every time between two tokens of a launch, in ms: `woolly bench --in-turns` prints it.
inline constexpr const char* kLatencyMetric = "itl_ms";

inline constexpr double kTailPercentile = 0.99;
inline constexpr double kTailConfidence = 0.99;

class TailLatencies {
 public:
  // Of screening and confirmation, base and head; others are ignored.
  void add(const PlacedLaunch& placed);

  // For each benchmark a sentence: how long 99 % of the tokens of either build take at most, and
  // whether more of head's than that are beyond base's bound. Shown, not judged: tokens of one
  // launch are not independent, which the binomial distribution assumes.
  std::vector<std::string> sentences() const;

 private:
  std::map<std::string, std::array<std::vector<double>, 2>> latencies_;  // base's and head's
};

}  // namespace woolly::gate
