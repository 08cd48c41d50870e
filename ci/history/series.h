// What the database holds, as series of commits that can be compared with each other.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "baselines/samples/environment.h"
#include "baselines/store/store.h"
#include "ci/history/commits.h"

namespace woolly::history {

// One measurement of a commit.
struct CommitRun {
  store::RunId run;
  double value;             // the median of its launches
  std::string answer_hash;  // "" when the producer has none
};

struct Point {
  std::string commit;                   // as stored
  std::string first_measured;           // UTC
  std::vector<CommitRun> runs;          // oldest first
  std::optional<std::size_t> position;  // in the history of HEAD, where that is known

  double value() const;  // the median of its runs
};

// One benchmark and metric, measured by one producer in one environment.
struct Series {
  store::SeriesKey key;
  std::string producer;
  samples::Environment environment;  // the contract fields: equal in all runs
  std::vector<Point> points;         // by the history of HEAD, or by time where that is not known
  std::string last_measured;         // UTC
  bool current = false;              // the newest run of this benchmark and metric belongs to it
};

struct Selection {
  std::function<bool(const store::SeriesKey&)> wanted;
  std::string machine;  // beginning of a machine's fingerprint; "" for any
};

struct Collection {
  std::vector<Series> series;      // by key, then oldest environment first
  bool by_history = false;         // ordered by `line`, not by time
  std::vector<std::string> notes;  // what was left out
};

// Left out are runs without a commit, of uncommitted changes, and, when `line` knows any commit of
// the database, of commits that it does not know: they are not part of HEAD's history.
Collection collect(const store::Store& store, const CommitLine& line, const Selection& selection);

// The contract fields that differ, as "field: left, now right; ...".
std::string difference_text(const samples::Environment& left, const samples::Environment& right);

}  // namespace woolly::history
