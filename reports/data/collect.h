// Reads a database and reduces it to what the page shows.
#pragma once

#include <string>

#include "baselines/store/store.h"
#include "reports/data/report_data.h"

namespace woolly::reports {

// What a page may carry, so that it opens at once: each limit is divided among the series.
struct Limits {
  int runs_per_producer = 400;
  int history_points = 100'000;
  int drawn_samples = 150'000;
  int drawn_samples_per_series = 1'000;
  int min_per_series = 20;  // never fewer points or samples of a series than this
};

struct CollectOptions {
  std::string database;  // as the page names it
  // Which baseline to compare with; "": for each producer the one set last.
  std::string baseline;
  Limits limits;
};

// Each run is read once and reduced at once: memory stays small for any database.
// Throws Error (usage) for a baseline that does not exist; the message names those that do.
ReportData collect(const store::Store& store, const CollectOptions& options);

}  // namespace woolly::reports
