#include "reports/data/collect.h"

#include <fmt/chrono.h>
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <map>
#include <set>
#include <utility>

#include <woolly/error.h>

#include "baselines/samples/environment.h"

namespace woolly::reports {
namespace {

using store::RunId;
using store::RunSummary;
using store::SeriesKey;
using store::Store;

// What is known of a series while the runs are read, newest first.
struct Accumulator {
  std::vector<HistoryPoint> newest_first;
  int left_out = 0;
  std::vector<double> latest_samples;
  std::string answer_hash;
  std::map<int, std::pair<PointSummary, std::vector<double>>> baseline_samples;  // by run index
};

std::vector<double> finite_sorted(const std::vector<double>& samples) {
  std::vector<double> sorted;
  sorted.reserve(samples.size());
  std::copy_if(samples.begin(), samples.end(), std::back_inserter(sorted),
               [](double value) { return std::isfinite(value); });
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

// `sorted` is ascending, finite and not empty.
PointSummary summarize_point(const std::vector<double>& sorted) {
  const samples::Summary summary = samples::summarize(sorted);
  return {static_cast<int>(sorted.size()), summary.median,         summary.ci_low, summary.ci_high,
          quantile(sorted, 0.25),          quantile(sorted, 0.75), sorted.front(), sorted.back()};
}

Direction direction_of(const SeriesKey& key) {
  try {
    return samples::higher_is_better(key.metric, key.unit) ? Direction::kHigherIsBetter
                                                           : Direction::kLowerIsBetter;
  } catch (const Error&) {
    return Direction::kUnknown;  // the page shows the change and does not call it better or worse
  }
}

// The machine of each producer's newest run.
std::map<std::string, std::string> newest_machines(const std::vector<RunSummary>& newest_first) {
  std::map<std::string, std::string> machines;
  for (const RunSummary& run : newest_first) machines.emplace(run.producer, run.machine_id);
  return machines;
}

// Per producer: the baseline asked for by name, else any; of several one of the machine that was
// measured last, and of those the one set last.
std::map<std::string, store::BaselineInfo> choose_baselines(
    const Store& store, const std::vector<RunSummary>& newest_first, const std::string& wanted) {
  const std::map<std::string, std::string> machines = newest_machines(newest_first);
  std::map<std::string, store::BaselineInfo> chosen;
  std::set<std::string> names;
  for (const store::BaselineInfo& baseline : store.baselines()) {
    names.insert(baseline.name);
    if (!wanted.empty() && baseline.name != wanted) continue;
    const auto [found, is_new] = chosen.emplace(baseline.producer, baseline);
    if (is_new) continue;
    const std::string& machine = machines.at(baseline.producer);
    const auto rank = [&](const store::BaselineInfo& info) {
      return std::pair(info.machine_id == machine, info.created_at);
    };
    if (rank(found->second) < rank(baseline)) found->second = baseline;
  }
  if (!wanted.empty() && names.count(wanted) == 0) {
    throw_usage(fmt::format("there is no baseline named \"{}\" in this database", wanted),
                names.empty() ? std::string("it has none; `woolly db` sets one")
                              : fmt::format("it has: {}", fmt::join(names, ", ")));
  }
  return chosen;
}

// The newest runs of each producer and the baselines, oldest first.
std::vector<RunSummary> choose_runs(const std::vector<RunSummary>& newest_first,
                                    const std::map<std::string, store::BaselineInfo>& baselines,
                                    int runs_per_producer) {
  std::map<std::string, int> taken;
  std::vector<RunSummary> chosen;
  for (const RunSummary& run : newest_first) {
    const auto baseline = baselines.find(run.producer);
    const bool is_baseline = baseline != baselines.end() && baseline->second.run == run.id;
    if (++taken[run.producer] <= runs_per_producer || is_baseline) chosen.push_back(run);
  }
  std::reverse(chosen.begin(), chosen.end());
  return chosen;
}

class Collector {
 public:
  Collector(const Store& store, const CollectOptions& options) : store_(store), options_(options) {}

  ReportData collect() {
    const std::vector<RunSummary> newest_first = store_.runs();
    const auto baselines = choose_baselines(store_, newest_first, options_.baseline);
    const auto chosen = choose_runs(newest_first, baselines, options_.limits.runs_per_producer);
    for (const RunSummary& run : chosen) data_.runs.push_back({run, 0});
    data_.runs_left_out = static_cast<int>(newest_first.size() - chosen.size());
    name_baselines(baselines);

    const auto series_count = std::max<std::size_t>(1, store_.series().size());
    history_limit_ = share(options_.limits.history_points, series_count);
    for (int index = static_cast<int>(chosen.size()) - 1; index >= 0; --index) read_run(index);
    std::sort(data_.latest_runs.begin(), data_.latest_runs.end(),
              [this](const LatestRun& a, const LatestRun& b) {
                return producer(a.run) < producer(b.run);
              });
    const int drawn_limit = std::min(share(options_.limits.drawn_samples, series_count),
                                     options_.limits.drawn_samples_per_series);
    for (auto& [key, accumulator] : series_) {
      data_.series.push_back(finish_series(key, accumulator, drawn_limit));
    }
    data_.gate = store_.latest_gate();
    data_.database = options_.database;
    data_.generated_at = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
    return std::move(data_);
  }

 private:
  int share(int total, std::size_t series_count) const {
    return std::max(options_.limits.min_per_series, total / static_cast<int>(series_count));
  }

  const std::string& producer(int run) const {
    return data_.runs[static_cast<std::size_t>(run)].summary.producer;
  }

  void name_baselines(const std::map<std::string, store::BaselineInfo>& baselines) {
    for (const auto& [producer_name, info] : baselines) {
      const auto run =
          std::find_if(data_.runs.begin(), data_.runs.end(),
                       [id = info.run](const RunView& view) { return view.summary.id == id; });
      data_.baselines.push_back(
          {info.name, producer_name, static_cast<int>(run - data_.runs.begin())});
    }
  }

  bool is_baseline(int run) const {
    return std::any_of(data_.baselines.begin(), data_.baselines.end(),
                       [run](const BaselineChoice& choice) { return choice.run == run; });
  }

  int environment_index(const samples::Environment& environment) {
    for (std::size_t i = 0; i < data_.environments.size(); ++i) {
      if (samples::contract_differences(environment, data_.environments[i].contract).empty()) {
        return static_cast<int>(i);
      }
    }
    // Against an empty environment every contract field differs: this lists them with their values.
    samples::Environment contract;
    for (const samples::Difference& field : samples::contract_differences(environment, {})) {
      contract.emplace(field.field, field.left);
    }
    data_.environments.push_back({std::move(contract)});
    return static_cast<int>(data_.environments.size()) - 1;
  }

  void read_run(int index) {
    RunView& view = data_.runs[static_cast<std::size_t>(index)];
    const samples::Record record = store_.run(view.summary.id);
    view.environment = environment_index(record.environment);
    const bool first_of_producer = std::none_of(
        data_.latest_runs.begin(), data_.latest_runs.end(),
        [&](const LatestRun& latest) { return producer(latest.run) == view.summary.producer; });
    if (first_of_producer) data_.latest_runs.push_back({index, record.environment});
    for (const samples::Result& result : record.results) add_result(index, result);
  }

  void add_result(int run, const samples::Result& result) {
    const std::vector<double> sorted = finite_sorted(result.samples);
    if (sorted.empty()) {
      ++data_.results_left_out;
      return;
    }
    Accumulator& series = series_[{result.benchmark, result.metric, result.unit}];
    const PointSummary summary = summarize_point(sorted);
    if (series.newest_first.empty()) {
      series.latest_samples = result.samples;
      series.answer_hash = result.answer_hash;
    }
    if (static_cast<int>(series.newest_first.size()) < history_limit_) {
      series.newest_first.push_back({run, summary});
    } else {
      ++series.left_out;
    }
    if (is_baseline(run)) series.baseline_samples.emplace(run, std::pair(summary, result.samples));
  }

  SeriesView finish_series(const SeriesKey& key, Accumulator& accumulated, int drawn_limit) const {
    SeriesView view{};
    view.key = key;
    view.direction = direction_of(key);
    view.answer_hash = accumulated.answer_hash;
    view.history.assign(accumulated.newest_first.rbegin(), accumulated.newest_first.rend());
    view.history_left_out = accumulated.left_out;
    const std::vector<double> sorted = finite_sorted(accumulated.latest_samples);
    view.not_finite = static_cast<int>(accumulated.latest_samples.size() - sorted.size());
    view.drawn = thin(accumulated.latest_samples, drawn_limit);

    std::vector<double> baseline_sorted;
    view.baseline = compare(view, accumulated, drawn_limit, baseline_sorted);
    view.grid = choose_grid(sorted, baseline_sorted);
    view.bin_counts = count_bins(view.grid, sorted);
    if (view.baseline) view.baseline->bin_counts = count_bins(view.grid, baseline_sorted);
    return view;
  }

  // Fills `baseline_sorted` when the two runs are comparable and not the same.
  std::optional<BaselineView> compare(const SeriesView& view, const Accumulator& accumulated,
                                      int drawn_limit, std::vector<double>& baseline_sorted) const {
    const int latest_run = view.latest().run;
    const auto choice = std::find_if(
        data_.baselines.begin(), data_.baselines.end(),
        [&](const BaselineChoice& one) { return one.producer == producer(latest_run); });
    if (choice == data_.baselines.end()) return std::nullopt;
    BaselineView baseline{};
    baseline.baseline = static_cast<int>(choice - data_.baselines.begin());
    const auto found = accumulated.baseline_samples.find(choice->run);
    if (found == accumulated.baseline_samples.end()) return baseline;
    const auto& [summary, raw] = found->second;
    baseline.summary = summary;
    if (choice->run == latest_run || environment_of(choice->run) != environment_of(latest_run)) {
      return baseline;
    }
    baseline_sorted = finite_sorted(raw);
    baseline.drawn = thin(raw, drawn_limit);
    const PointSummary& latest = view.latest().summary;
    baseline.change =
        ratio_of_medians({latest.median, latest.ci_low, latest.ci_high}, latest.count,
                         {summary.median, summary.ci_low, summary.ci_high}, summary.count);
    return baseline;
  }

  int environment_of(int run) const {
    return data_.runs[static_cast<std::size_t>(run)].environment;
  }

  const Store& store_;
  const CollectOptions& options_;
  ReportData data_{};
  int history_limit_ = 0;
  std::map<SeriesKey, Accumulator> series_;
};

}  // namespace

ReportData collect(const Store& store, const CollectOptions& options) {
  return Collector(store, options).collect();
}

}  // namespace woolly::reports
