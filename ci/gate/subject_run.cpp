#include "ci/gate/subject_run.h"

#include <fmt/format.h>

#include <algorithm>

#include "ci/gate/metrics.h"
#include "ci/stats/quantile.h"

namespace woolly::gate {
namespace {

bool has_benchmark(const samples::Record& record, const std::string& benchmark) {
  return std::any_of(record.results.begin(), record.results.end(),
                     [&](const auto& result) { return result.benchmark == benchmark; });
}

bool has_series(const samples::Record& record, const store::SeriesKey& key) {
  return std::any_of(record.results.begin(), record.results.end(), [&](const auto& r) {
    return r.benchmark == key.benchmark && r.metric == key.metric;
  });
}

}  // namespace

bool is_undecided(const PairedSeries& series) { return series.judged() && !series.decided(); }

bool is_screened(const PairedSeries& series) { return is_undecided(series) && !series.suspect(); }

bool is_open_suspect(const PairedSeries& series) {
  return is_undecided(series) && series.suspect();
}

SubjectRun::SubjectRun(Subject subject, bool allow_answer_change)
    : subject_(std::move(subject)), allow_answer_change_(allow_answer_change) {}

void SubjectRun::list_series(const samples::Record& base, const samples::Record& head,
                             std::vector<std::string>& notes) {
  for (const samples::Result& result : base.results) {
    const MetricRule rule = metric_rule(result.metric);
    if (rule.use == Use::kIgnored) continue;
    const store::SeriesKey key{result.benchmark, result.metric, result.unit};
    if (key.metric == "peak_rss_bytes") {
      peak_rss_bytes_ = std::max(peak_rss_bytes_, stats::median(result.samples));
    }
    series_.emplace_back(key, rule.use == Use::kJudged, worse_sign(key.metric, key.unit));
    if (!has_series(head, key)) series_.back().fail(State::kMissing, "head does not measure it");
  }
  std::string last;
  for (const samples::Result& result : head.results) {
    if (result.benchmark == last || has_benchmark(base, result.benchmark)) continue;
    last = result.benchmark;
    notes.push_back(
        fmt::format("{} is new in head: not judged, base does not have it", result.benchmark));
  }
}

void SubjectRun::check_answers(Arm arm, const samples::Record& record,
                               std::vector<std::string>& notes) {
  const std::size_t side = arm == Arm::kHead ? 1 : 0;
  for (const samples::Result& result : record.results) {
    if (result.answer_hash.empty()) continue;
    const auto [known, added] = answers_[side].emplace(result.benchmark, result.answer_hash);
    if (!added && known->second != result.answer_hash) {
      answer_changed(result.benchmark,
                     fmt::format("{} gives another answer from launch to launch ({}, {})",
                                 arm_name(arm), known->second, result.answer_hash),
                     notes);
      known->second = result.answer_hash;
    }
    const auto other = answers_[1 - side].find(result.benchmark);
    if (added && other != answers_[1 - side].end() && other->second != result.answer_hash) {
      answer_changed(
          result.benchmark,
          fmt::format("the answers differ: base {}, head {}", answers_[0].at(result.benchmark),
                      answers_[1].at(result.benchmark)),
          notes);
    }
  }
}

void SubjectRun::answer_changed(const std::string& benchmark, const std::string& what,
                                std::vector<std::string>& notes) {
  if (allow_answer_change_) {
    notes.push_back(fmt::format("{}: {} (allowed)", benchmark, what));
    return;
  }
  for (PairedSeries& series : series_) {
    if (series.key().benchmark == benchmark) series.fail(State::kFailed, what);
  }
  open = any(is_undecided);
}

bool SubjectRun::fail(const std::string& reason) {
  open = false;
  bool carried = false;
  for (PairedSeries& series : series_) {
    if (series.outcome().state != State::kMissing) series.fail(State::kFailed, reason);
    carried = carried || series.judged();
  }
  return carried;
}

std::vector<SubjectRun> SubjectRun::split() const {
  std::vector<SubjectRun> runs;
  for (const PairedSeries& series : series_) {
    const std::string& benchmark = series.key().benchmark;
    if (runs.empty() || runs.back().name() != benchmark) {
      auto cut = narrowed(subject_, benchmark);
      if (!cut) return {};
      runs.emplace_back(std::move(*cut), allow_answer_change_);
      runs.back().warm = warm;
      for (std::size_t side = 0; side < 2; ++side) {
        if (const auto answer = answers_[side].find(benchmark); answer != answers_[side].end()) {
          runs.back().answers_[side].insert(*answer);
        }
      }
    }
    runs.back().series_.push_back(series);
  }
  for (SubjectRun& run : runs) {
    run.open = run.any(is_undecided);
    run.block_s = block_s / static_cast<double>(runs.size());
  }
  return runs;
}

void SubjectRun::take_turns(double seconds) {
  subject_.in_turns = true;
  block_s = seconds;
}

void SubjectRun::add_block(const Block& block, Stage stage, const Filter& wanted) {
  ++blocks_[static_cast<std::size_t>(stage)];
  for (PairedSeries& series : series_) {
    if (wanted(series)) series.add_block(block, Arm::kBase, Arm::kHead);
  }
}

bool SubjectRun::any(const Filter& wanted) const {
  return std::any_of(series_.begin(), series_.end(), wanted);
}

}  // namespace woolly::gate
