// Everything the page shows, reduced to what a browser draws at once. Plain values; no verdicts.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "baselines/samples/samples.h"
#include "baselines/store/store.h"
#include "reports/data/change.h"
#include "reports/data/distribution.h"

namespace woolly::reports {

// Of one benchmark and metric in one run. All values are in the unit of the series.
struct PointSummary {
  int count;  // finite samples; the rest of the fields describe these
  double median;
  double ci_low;  // samples::summarize: 95 % interval of the median
  double ci_high;
  double q1;
  double q3;
  double min;
  double max;
};

struct HistoryPoint {
  int run;  // index into ReportData::runs
  PointSummary summary;
};

enum class Direction { kHigherIsBetter, kLowerIsBetter, kUnknown };

// The run a series is compared with, when its producer has a named baseline.
struct BaselineView {
  int baseline;                         // index into ReportData::baselines
  std::optional<PointSummary> summary;  // nothing: the baseline does not have this series
  std::optional<Change> change;         // nothing: not comparable, the same run, or not positive
  std::vector<DrawnSample> drawn;       // at most as many as of the latest run
  std::vector<int> bin_counts;          // over SeriesView::grid
};

struct SeriesView {
  store::SeriesKey key;
  Direction direction;
  std::string answer_hash;  // of the latest run; "" when there is none
  std::vector<HistoryPoint>
      history;                     // oldest first, never empty; the last one is the latest result
  int history_left_out;            // older points that the page does not carry
  int not_finite;                  // samples of the latest run that are NaN or infinite
  std::vector<DrawnSample> drawn;  // of the latest run, in launch order
  BinGrid grid;
  std::vector<int> bin_counts;  // all samples of the latest run, over `grid`
  std::optional<BaselineView> baseline;

  const HistoryPoint& latest() const { return history.back(); }
};

struct RunView {
  store::RunSummary summary;
  int environment;  // index into ReportData::environments
};

// Runs whose contract fields agree share one environment and may be compared.
struct EnvironmentView {
  samples::Environment contract;
};

struct BaselineChoice {
  std::string name;
  std::string producer;
  int run;  // index into ReportData::runs
};

// The newest run of one producer, with its environment whole.
struct LatestRun {
  int run;  // index into ReportData::runs
  samples::Environment environment;
};

struct ReportData {
  std::string database;  // file name without its folder
  std::string generated_at;
  std::vector<RunView> runs;  // oldest first; the ones read
  int runs_left_out;          // older runs that were not read
  int results_left_out;       // results of the runs read that have no finite sample
  std::vector<EnvironmentView> environments;
  std::vector<LatestRun> latest_runs;     // one a producer, sorted by its name
  std::vector<BaselineChoice> baselines;  // at most one a producer
  std::vector<SeriesView> series;         // sorted by key
  std::optional<store::GateRecord> gate;
};

}  // namespace woolly::reports
