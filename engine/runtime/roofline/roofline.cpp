#include <algorithm>
#include <vector>

#include <woolly/error.h>
#include <woolly/roofline.h>

#include "engine/base/thread_pool.h"
#include "engine/runtime/roofline/bandwidth.h"
#include "engine/runtime/roofline/peaks.h"

namespace woolly {
namespace {

// Each count up to four, then doublings, and always the largest.
std::vector<int> thread_counts(int most) {
  std::vector<int> counts;
  for (int n = 1; n < most; n = n < 4 ? n + 1 : 2 * n) counts.push_back(n);
  counts.push_back(most);
  return counts;
}

double best_peak(const std::vector<ArithmeticPeak>& peaks, std::string_view kind, int threads) {
  double best = 0;
  for (const ArithmeticPeak& peak : peaks) {
    if (peak.kind == kind && peak.threads == threads) best = std::max(best, peak.giga_ops);
  }
  return best;
}

}  // namespace

Roofline measure_roofline(const RooflineOptions& options) {
  if (!(options.seconds_per_point > 0)) throw_usage("roofline: seconds per point must be positive");
  if (options.working_set_bytes == 0) throw_usage("roofline: the working set must not be empty");
  const CpuFeatures features = detect_cpu_features();
  const int most = options.threads > 0 ? options.threads : usable_cores();
  const std::vector<int> counts = options.best_only ? std::vector<int>{most} : thread_counts(most);

  Roofline roofline{};
  const auto add_bandwidth = [&](Pages pages) {
    for (const int threads : counts) {
      if (const auto point = roofline::measure_read_bandwidth(
              features, pages, threads, options.working_set_bytes, options.seconds_per_point)) {
        roofline.bandwidth.push_back(*point);
        roofline.read_gbps = std::max(roofline.read_gbps, point->gbps);
      }
    }
  };
  if (!options.best_only) add_bandwidth(Pages::kSmall);
  add_bandwidth(Pages::kHuge);
  if (roofline.bandwidth.empty()) add_bandwidth(Pages::kSmall);

  for (const int threads : counts) {
    if (options.read_only) break;
    if (threads != 1 && threads != most) continue;  // arithmetic scales; the ends show how
    for (ArithmeticPeak& peak : roofline::measure_arithmetic_peaks(
             features, threads, options.seconds_per_point, options.best_only)) {
      roofline.peaks.push_back(std::move(peak));
    }
  }
  roofline.f32_gflops = best_peak(roofline.peaks, "f32", most);
  roofline.int8_gops = best_peak(roofline.peaks, "int8", most);
  roofline.bf16_gflops = best_peak(roofline.peaks, "bf16", most);
  return roofline;
}

}  // namespace woolly
