#include "ci/gate/tail_latencies.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ci/stats/early_stopping.h"

namespace woolly::gate {
namespace {

std::string sentence(const std::string& benchmark, const std::vector<double>& base,
                     const std::vector<double>& head) {
  const double base_bound = stats::percentile_upper_bound(base, kTailPercentile, kTailConfidence);
  const double head_bound = stats::percentile_upper_bound(head, kTailPercentile, kTailConfidence);
  const std::string what =
      fmt::format("{}: {:.0f} % of the times between tokens", benchmark, 100 * kTailPercentile);
  if (!std::isfinite(base_bound) || !std::isfinite(head_bound)) {
    return fmt::format("{} have no bound: {} tokens are too few, {} would do", what,
                       std::min(base.size(), head.size()),
                       stats::queries_needed(0, kTailPercentile, kTailConfidence));
  }
  const auto over =
      std::count_if(head.begin(), head.end(), [&](double latency) { return latency > base_bound; });
  const double p = stats::tail_p(static_cast<std::int64_t>(head.size()), over, kTailPercentile);
  std::string text = fmt::format(
      "{} are at most {:.3f} ms (base) and {:.3f} ms (head), with {:.0f} % confidence by {} and {} "
      "tokens",
      what, base_bound, head_bound, 100 * kTailConfidence, base.size(), head.size());
  if (p <= 1 - kTailConfidence) {
    text += fmt::format(
        "; head's tail is longer: {} of its tokens are beyond base's bound "
        "(p = {:.1g})",
        over, p);
  }
  return text;
}

}  // namespace

void TailLatencies::add(const PlacedLaunch& placed) {
  const bool counts = placed.stage == Stage::kScreening || placed.stage == Stage::kConfirmation;
  if (!counts || (placed.arm != Arm::kBase && placed.arm != Arm::kHead)) return;
  for (const samples::Result& result : placed.launch.record.results) {
    if (result.metric != kLatencyMetric) continue;
    std::vector<double>& all = latencies_[result.benchmark][placed.arm == Arm::kHead ? 1 : 0];
    all.insert(all.end(), result.samples.begin(), result.samples.end());
  }
}

std::vector<std::string> TailLatencies::sentences() const {
  std::vector<std::string> sentences;
  for (const auto& [benchmark, arms] : latencies_) {
    sentences.push_back(sentence(benchmark, arms[0], arms[1]));
  }
  return sentences;
}

}  // namespace woolly::gate
