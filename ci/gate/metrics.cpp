#include "ci/gate/metrics.h"

#include <algorithm>
#include <array>

#include "baselines/samples/samples.h"

namespace woolly::gate {
namespace {

constexpr double kMiB = 1 << 20;

constexpr std::array kRules = {
    MetricRule{"prefill_tps", Use::kJudged, 0, "what a user waits for before the first token"},
    MetricRule{"decode_tps", Use::kJudged, 0, "what a user waits for after it"},
    MetricRule{"tps", Use::kJudged, 0, "llama-bench's prefill and decode in one"},
    MetricRule{"ttft_ms", Use::kJudged, 1.0,
               "nobody feels a millisecond, and a tiny model's whole prompt takes little more"},
    MetricRule{"load_ms", Use::kJudged, 5.0,
               "mapping a file costs a few page faults more or less from launch to launch"},
    MetricRule{"peak_rss_bytes", Use::kJudged, 8 * kMiB,
               "allocator arenas and huge-page rounding; what scales with a model is larger"},
    MetricRule{"time_ns", Use::kJudged, 2.0, "the cost of reading the clock around a call"},
    MetricRule{"instructions", Use::kReported, 0,
               "a second opinion without noise; more of them need not be slower"},
    MetricRule{"wall_ms", Use::kJudged, 1.0, "starting a shell and a program takes as long"},
    MetricRule{"max_rss_bytes", Use::kJudged, kMiB, "libraries, locale and environment"},
    MetricRule{"cost", Use::kJudged, 0, "what the user named, less is better"},
    MetricRule{"score", Use::kJudged, 0, "what the user named, more is better"},
    MetricRule{"itl_p50_ms", Use::kReported, 0, "decode_tps said again"},
    MetricRule{"itl_p95_ms", Use::kReported, 0, "a tail: one launch has too few tokens beyond it"},
    MetricRule{"itl_p99_ms", Use::kReported, 0, "a tail: one launch has too few tokens beyond it"},
};

}  // namespace

MetricRule metric_rule(std::string_view metric) {
  const std::string_view kind = metric.substr(0, metric.find(':'));  // "cost:WHAT"
  for (const MetricRule& rule : kRules) {
    if (rule.metric == kind) return rule;
  }
  return {metric, Use::kIgnored, 0, ""};
}

bool slows_with_its_process(std::string_view metric) {
  constexpr std::array kSlowing = {"decode_tps", "prefill_tps", "tps",
                                   "ttft_ms",    "time_ns",     "wall_ms"};
  return std::find(kSlowing.begin(), kSlowing.end(), metric) != kSlowing.end();
}

double worse_sign(std::string_view metric, std::string_view unit) {
  return samples::higher_is_better(metric, unit) ? -1.0 : 1.0;
}

}  // namespace woolly::gate
