// The results for a human reader.
#pragma once

#include <string>
#include <vector>

#include "e2e/metrics.h"

namespace woolly::e2e {

// Two tables over all runs that count: speed, a row per test as llama-bench prints it ("pp512",
// "tg128 @ d1024"; median and half the width of its 95 % interval), and latency, memory and roof, a
// row per benchmark (medians); then the profile of each run that has one. "" when no run counts.
std::string results_table(const std::vector<BenchmarkRun>& runs);

}  // namespace woolly::e2e
