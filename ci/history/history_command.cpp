#include "ci/history/history_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <regex>
#include <set>

#include "ci/gate/metrics.h"

namespace woolly::history {
namespace {

std::function<bool(const store::SeriesKey&)> wanted(const HistoryOptions& options) {
  std::regex pattern;
  try {
    pattern = std::regex(options.benchmark);
  } catch (const std::regex_error&) {
    throw_usage(fmt::format("--benchmark {}: not a regular expression", options.benchmark));
  }
  return [pattern, metric = options.metric](const store::SeriesKey& key) {
    const bool right_metric = metric.empty()
                                  ? gate::metric_rule(key.metric).use == gate::Use::kJudged
                                  : key.metric == metric;
    return right_metric && std::regex_search(key.benchmark, pattern);
  };
}

std::vector<Pin> pins_of(const store::Store& store, const std::string& name) {
  if (name.empty()) return {};
  std::vector<Pin> pins;
  std::set<std::string> names;
  for (const store::BaselineInfo& baseline : store.baselines()) {
    names.insert(baseline.name);
    if (baseline.name == name) pins.push_back({name, baseline.run, store.run(baseline.run)});
  }
  if (pins.empty()) {
    throw_usage(fmt::format("--pin {}: no such baseline", name),
                names.empty() ? "`woolly db baseline set` names a run"
                              : fmt::format("there is {}", fmt::join(names, ", ")));
  }
  return pins;
}

void find_since(const HistoryOptions& options, const std::filesystem::path& folder,
                const CommitLine& line, const Collection& collection, AnalysisRequest& request) {
  if (options.since.empty()) return;
  if (collection.by_history) {
    const auto hash = resolve_ref(folder, options.since);
    if (hash) request.since = line.position(*hash);
    if (request.since) return;
    throw_usage(fmt::format("--since {}: not a commit in the history of HEAD", options.since));
  }
  request.since_commit = options.since;
  for (const Series& series : collection.series) {
    for (const Point& point : series.points) {
      if (point.commit.starts_with(options.since)) return;
    }
  }
  throw_usage(fmt::format("--since {}: no such commit in {}", options.since, options.database),
              "outside of a checkout it must be the hash of a measured commit");
}

void require_some(const HistoryOptions& options, const Collection& collection,
                  const store::Store& store) {
  if (!collection.series.empty()) return;
  std::set<std::string> metrics;
  for (const store::SeriesKey& key : store.series()) metrics.insert(key.metric);
  std::string hint = fmt::format("{}", fmt::join(collection.notes, "; "));
  if (hint.empty() && !metrics.empty()) {
    hint = fmt::format("it has the metrics {}", fmt::join(metrics, ", "));
  }
  throw_usage(fmt::format("{}: no results to show", options.database), std::move(hint));
}

// A false change in any of the series shown, when none changed, has a probability of at most
// kFalseChanges (Bonferroni).
stats::ChangePointOptions change_options(const Collection& collection,
                                         const HistoryOptions& options) {
  constexpr double kFalseChanges = 0.05;
  constexpr double kResolution = 3;  // permutations for one as extreme at the level
  const auto shown =
      std::count_if(collection.series.begin(), collection.series.end(),
                    [&](const Series& s) { return s.current || options.all_environments; });
  stats::ChangePointOptions changes;
  changes.level = std::min(changes.level, kFalseChanges / static_cast<double>(shown));
  changes.permutations =
      std::max(changes.permutations, static_cast<int>(std::ceil(kResolution / changes.level)));
  return changes;
}

std::string difference_from(const Series& series, const Series& current) {
  const std::string text = difference_text(series.environment, current.environment);
  if (series.producer == current.producer) return text;
  return fmt::format("measured by {}, now {}{}{}", series.producer, current.producer,
                     text.empty() ? "" : "; ", text);
}

// The commits that may have made each step.
std::vector<std::vector<Commit>> suspects_of(const Analysis& analysis, const CommitLine& line) {
  std::vector<std::vector<Commit>> suspects;
  for (const Step& step : analysis.steps) {
    const auto& from = analysis.series.points[step.index - 1].position;
    const auto& to = analysis.series.points[step.index].position;
    suspects.push_back(from && to ? line.between(*from, *to) : std::vector<Commit>());
  }
  return suspects;
}

}  // namespace

Report history(const HistoryOptions& options, const std::filesystem::path& folder) {
  const store::Store store = store::Store::open_existing(options.database);
  const CommitLine line = CommitLine::of_checkout(folder);
  Report report{{}, options.pin, options.debt_budget, {}};
  AnalysisRequest request;
  request.pins = pins_of(store, options.pin);
  const Collection collection = collect(store, line, {wanted(options), options.machine});
  require_some(options, collection, store);
  find_since(options, folder, line, collection, request);

  request.changes = change_options(collection, options);

  std::map<store::SeriesKey, const Series*> current;
  for (const Series& series : collection.series) {
    if (series.current) current[series.key] = &series;
  }
  std::map<std::string, int> not_shown;
  for (const Series& series : collection.series) {
    const std::string elsewhere =
        series.current ? "" : difference_from(series, *current.at(series.key));
    if (!series.current && !options.all_environments) {
      ++not_shown[elsewhere];
      continue;
    }
    Analysis analysis = analyse(series, request);
    if (analysis.first == series.points.size()) continue;
    auto suspects = suspects_of(analysis, line);
    report.series.push_back({std::move(analysis), elsewhere, std::move(suspects)});
  }
  if (report.series.empty()) {
    throw_usage(fmt::format("--since {}: nothing was measured from there on", options.since));
  }
  report.notes = collection.notes;
  if (!collection.by_history) {
    report.notes.push_back("commits are in the order of their measurement: git knows none of them");
  }
  for (const auto& [difference, count] : not_shown) {
    report.notes.push_back(
        fmt::format("not shown: {} series of another environment ({}): --all", count, difference));
  }
  return report;
}

}  // namespace woolly::history
