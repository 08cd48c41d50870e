#include "microbench/harness/table.h"

#include <fmt/format.h>

#include <string_view>

namespace woolly::micro {
namespace {

std::string readable_time(double ns) {
  if (ns < 1e3) return fmt::format("{:.1f} ns", ns);
  if (ns < 1e6) return fmt::format("{:.2f} us", ns * 1e-3);
  if (ns < 1e9) return fmt::format("{:.2f} ms", ns * 1e-6);
  return fmt::format("{:.2f} s ", ns * 1e-9);
}

std::string_view name_of(Bound bound) {
  switch (bound) {
    case Bound::kMemory:
      return "read";
    case Bound::kCompute:
      return "f32";
    case Bound::kInt8:
      return "int8";
    case Bound::kBf16:
      return "bf16";
  }
  return "";
}

}  // namespace

std::string table_header(std::size_t name_width) {
  return fmt::format("{:<{}} {:>11} {:>7} {:>9} {:>9}  {}\n", "benchmark", name_width, "time",
                     "spread", "GB/s", "GFLOP/s", "of the roof");
}

std::string table_row(const Measurement& measurement, const Cost& cost, std::size_t name_width) {
  const samples::Summary time = samples::summarize(measurement.time_ns);
  const double spread_pct = 100 * (time.ci_high - time.ci_low) / time.median;
  const double fraction = samples::summarize(measurement.roof_fraction).median;
  return fmt::format("{:<{}} {:>11} {:>6.1f}% {:>9.2f} {:>9.2f}  {:.2f} {}\n",
                     measurement.benchmark, name_width, readable_time(time.median), spread_pct,
                     cost.bytes / time.median, cost.flops / time.median, fraction,
                     name_of(cost.bound));
}

}  // namespace woolly::micro
