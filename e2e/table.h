// The results for a human reader.
#pragma once

#include <string>
#include <vector>

#include "e2e/metrics.h"

namespace woolly::e2e {

// Rows as an aligned Markdown table; the first row is the header, columns with `right` set are
// aligned to the right. Every row has as many cells as the header. Widths count code points.
std::string aligned_table(const std::vector<std::vector<std::string>>& rows,
                          const std::vector<bool>& right);

// Two tables over all runs that count: speed, a row per test as llama-bench prints it ("pp512",
// "tg128 @ d1024"; median and half the width of its 95 % interval), and latency, memory and roof, a
// row per benchmark (medians). "" when no run counts.
std::string results_table(const std::vector<BenchmarkRun>& runs);

}  // namespace woolly::e2e
