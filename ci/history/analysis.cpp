#include "ci/history/analysis.h"

#include <algorithm>
#include <cmath>

#include "ci/gate/margin.h"
#include "ci/gate/metrics.h"
#include "ci/stats/rank_sum.h"

namespace woolly::history {
namespace {

bool measures(const samples::Record& record, const store::SeriesKey& key) {
  return std::any_of(record.results.begin(), record.results.end(), [&](const auto& result) {
    return result.benchmark == key.benchmark && result.metric == key.metric;
  });
}

std::size_t first_shown(const Series& series, const AnalysisRequest& request) {
  const auto& points = series.points;
  const auto first = std::find_if(points.begin(), points.end(), [&](const Point& point) {
    if (request.since) return point.position >= request.since;
    return point.commit.starts_with(request.since_commit);
  });
  return static_cast<std::size_t>(first - points.begin());
}

void find_anchor(const AnalysisRequest& request, Analysis& analysis) {
  analysis.anchor_index = analysis.first;
  for (const Pin& pin : request.pins) {
    if (pin.record.producer != analysis.series.producer) continue;
    const auto& points = analysis.series.points;
    const auto pinned = std::find_if(points.begin(), points.end(), [&](const Point& point) {
      return std::any_of(point.runs.begin(), point.runs.end(),
                         [&](const CommitRun& run) { return run.run == pin.run; });
    });
    if (pinned != points.end()) {
      analysis.anchor = Anchor::kPinned;
      analysis.anchor_index = static_cast<std::size_t>(pinned - points.begin());
    } else if (measures(pin.record, analysis.series.key)) {
      analysis.anchor = Anchor::kNotComparable;
      analysis.anchor_reason = difference_text(pin.record.environment, analysis.series.environment);
      if (analysis.anchor_reason.empty()) analysis.anchor_reason = "its run was left out";
    }
  }
}

// ln of each point; nothing when one is not positive.
std::vector<double> logarithms(const Series& series) {
  std::vector<double> logs;
  for (const Point& point : series.points) {
    if (!(point.value() > 0)) return {};
    logs.push_back(std::log(point.value()));
  }
  return logs;
}

// Of n values in random order, a split in the middle is at its clearest in 2 orders of
// binomial(n, n / 2).
bool too_few(std::size_t values, const stats::ChangePointOptions& options) {
  constexpr std::size_t kAlwaysEnough = 64;
  if (values < 2 * options.min_segment) return true;
  if (values >= kAlwaysEnough) return false;
  const auto half = static_cast<int>(values / 2);
  const int rest = static_cast<int>(values) - half;
  return 2 * stats::smallest_rank_sum_p(half, rest) > options.level;
}

}  // namespace

Analysis analyse(Series given, const AnalysisRequest& request) {
  Analysis analysis;
  analysis.series = std::move(given);
  const Series& series = analysis.series;
  analysis.first = first_shown(series, request);
  if (analysis.first == series.points.size()) return analysis;
  find_anchor(request, analysis);
  const gate::MetricRule rule = gate::metric_rule(series.key.metric);
  analysis.quarantine = quarantine_of(series, rule.absolute_floor);
  const std::vector<double> logs = logarithms(series);
  if (analysis.quarantine || logs.empty()) return analysis;

  const stats::SeriesChanges found = stats::find_changes(logs, request.changes);
  analysis.too_few = too_few(logs.size(), request.changes);
  const double sign = gate::worse_sign(series.key.metric, series.key.unit);
  const double smallest = std::max(
      gate::kLayoutFloor, rule.absolute_floor / std::exp(found.levels[analysis.anchor_index]));
  const auto matters = [&](double shift) { return std::abs(shift) >= std::log1p(smallest); };
  for (const stats::ChangePoint& change : found.changes) {
    if (change.index <= analysis.first || !matters(change.shift)) continue;
    analysis.steps.push_back(
        {change.index, std::expm1(change.shift), sign * change.shift > 0, change.p});
  }
  if (analysis.anchor == Anchor::kNotComparable) return analysis;
  const auto length = static_cast<double>(series.points.size() - 1 - analysis.anchor_index);
  if (found.drift && matters(found.drift->slope * length)) {
    analysis.drift = {std::expm1(found.drift->slope * length),
                      std::expm1(found.drift->interval.low * length),
                      std::expm1(found.drift->interval.high * length)};
  }
  analysis.debt = std::expm1(sign * (found.levels.back() - found.levels[analysis.anchor_index]));
  return analysis;
}

}  // namespace woolly::history
