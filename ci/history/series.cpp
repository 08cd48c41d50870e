#include "ci/history/series.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "ci/stats/quantile.h"

namespace woolly::history {
namespace {

samples::Environment contract_of(const samples::Environment& environment) {
  samples::Environment contract = environment;
  std::erase_if(contract, [](const auto& field) {
    return samples::field_info(field.first).role != samples::FieldRole::kContract;
  });
  return contract;
}

struct LeftOut {
  int without_commit = 0;
  int dirty = 0;
  int elsewhere = 0;

  std::vector<std::string> notes() const {
    std::vector<std::string> notes;
    const auto note = [&](int runs, std::string_view why) {
      if (runs > 0) {
        notes.push_back(fmt::format("left out: {} run{} {}", runs, runs == 1 ? "" : "s", why));
      }
    };
    note(without_commit, "without a commit");
    note(dirty, "of uncommitted changes");
    note(elsewhere, "of commits that are not in the history of HEAD");
    return notes;
  }
};

Point& point_of(std::vector<Point>& points, const store::RunSummary& run,
                std::optional<std::size_t> position) {
  const auto same = std::find_if(points.begin(), points.end(), [&](const Point& point) {
    return position ? point.position == position : point.commit == run.commit;
  });
  if (same != points.end()) return *same;
  points.push_back({run.commit, run.started_at, {}, position});
  return points.back();
}

void mark_current(std::vector<Series>& all) {
  std::map<store::SeriesKey, Series*> newest;
  for (Series& series : all) {
    Series*& present = newest[series.key];
    if (present == nullptr || present->last_measured <= series.last_measured) present = &series;
  }
  for (const auto& [key, series] : newest) series->current = true;
}

}  // namespace

double Point::value() const {
  std::vector<double> values;
  for (const CommitRun& run : runs) values.push_back(run.value);
  return stats::median(std::move(values));
}

Collection collect(const store::Store& store, const CommitLine& line, const Selection& selection) {
  std::vector<store::RunSummary> runs = store.runs();
  std::reverse(runs.begin(), runs.end());
  Collection collection;
  collection.by_history = std::any_of(runs.begin(), runs.end(), [&](const auto& run) {
    return line.position(run.commit).has_value();
  });
  LeftOut left_out;
  std::map<std::tuple<store::SeriesKey, std::string, samples::Environment>, std::size_t> known;
  for (const store::RunSummary& run : runs) {
    if (!run.machine_id.starts_with(selection.machine)) continue;
    const auto position = line.position(run.commit);
    const bool elsewhere = collection.by_history && !position;
    if (run.commit.empty() || run.dirty || elsewhere) {
      ++(run.commit.empty() ? left_out.without_commit
         : run.dirty        ? left_out.dirty
                            : left_out.elsewhere);
      continue;
    }
    const samples::Record record = store.run(run.id);
    const samples::Environment contract = contract_of(record.environment);
    for (const samples::Result& result : record.results) {
      const store::SeriesKey key{result.benchmark, result.metric, result.unit};
      if (!selection.wanted(key)) continue;
      const auto [entry, is_new] =
          known.try_emplace({key, record.producer, contract}, collection.series.size());
      if (is_new) collection.series.push_back({key, record.producer, contract, {}, "", false});
      Series& series = collection.series[entry->second];
      point_of(series.points, run, position)
          .runs.push_back({run.id, stats::median(result.samples), result.answer_hash});
      series.last_measured = run.started_at;
    }
  }
  for (Series& series : collection.series) {
    std::stable_sort(series.points.begin(), series.points.end(),
                     [](const Point& a, const Point& b) { return a.position < b.position; });
  }
  mark_current(collection.series);
  std::stable_sort(collection.series.begin(), collection.series.end(),
                   [](const Series& a, const Series& b) {
                     return std::tie(a.key, a.last_measured) < std::tie(b.key, b.last_measured);
                   });
  collection.notes = left_out.notes();
  return collection;
}

std::string difference_text(const samples::Environment& left, const samples::Environment& right) {
  std::string text;
  for (const samples::Difference& d : samples::contract_differences(left, right)) {
    text += fmt::format("{}{}: {}, now {}", text.empty() ? "" : "; ", d.field, d.left, d.right);
  }
  return text;
}

}  // namespace woolly::history
