#include "ci/gate/unpaired_gate.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <optional>
#include <regex>
#include <set>

#include <woolly/error.h>

#include "baselines/samples/environment.h"
#include "ci/gate/metrics.h"
#include "ci/gate/plan_text.h"
#include "ci/stats/power.h"
#include "ci/stats/quantile.h"
#include "ci/stats/rank_sum.h"

namespace woolly::gate {
namespace {

struct SizedBenchmark {
  std::string stem;
  TokenCounts tokens;
};

// "e2e/STEM/pp512_tg128_d0"
std::optional<SizedBenchmark> parse_benchmark(const std::string& name) {
  static const std::regex pattern("e2e/(.+)/pp([0-9]{1,9})_tg([0-9]{1,9})_d([0-9]{1,9})");
  std::smatch match;
  if (!std::regex_match(name, match, pattern)) return std::nullopt;
  return SizedBenchmark{match[1], {std::stoi(match[2]), std::stoi(match[3]), std::stoi(match[4])}};
}

std::string stem_of(const std::string& model) {
  return std::filesystem::path(model).stem().string();
}

samples::Record filtered(const samples::Record& record,
                         const std::function<bool(const samples::Result&)>& keep) {
  samples::Record result = record;
  std::erase_if(result.results, [&](const samples::Result& r) { return !keep(r); });
  return result;
}

const samples::Result* find_result(const samples::Record& record, const samples::Result& like) {
  const auto found = std::find_if(record.results.begin(), record.results.end(), [&](const auto& r) {
    return r.benchmark == like.benchmark && r.metric == like.metric && r.unit == like.unit;
  });
  return found == record.results.end() ? nullptr : &*found;
}

std::vector<double> logarithms(const samples::Result& result, double sign) {
  std::vector<double> logs;
  for (const double value : result.samples) {
    if (!std::isfinite(value) || value <= 0) {
      throw Error(ExitCode::kBenchmarkFailed, fmt::format("{} cannot be compared by ratio", value));
    }
    logs.push_back(sign * std::log(value));
  }
  return logs;
}

void judge(const samples::Result& base, const samples::Result& head, const Levels& levels,
           const Margin& margin, SeriesOutcome& series) {
  const std::vector<double> left = logarithms(base, series.sign);
  const std::vector<double> right = logarithms(head, series.sign);
  const Bounds bounds = bounds_of(stats::ShiftInterval(left, right), levels);
  series.base_median = stats::median(base.samples);
  series.head_median = stats::median(head.samples);
  series.delta = margin.delta;
  series.margin_source = margin.source;
  series.state = decide(bounds, margin.delta, /*last_look=*/true);
  series.estimate = bounds.estimate;
  series.lower = bounds.lower_block;
  series.upper = series.state == State::kImproved ? bounds.upper_block : bounds.upper_pass;
  series.pairs = static_cast<int>(std::min(left.size(), right.size()));
  const double sd = std::sqrt(std::pow(stats::robust_sd(left), 2) / left.size() +
                              std::pow(stats::robust_sd(right), 2) / right.size());
  series.detectable = stats::minimum_detectable_effect(margin.delta, levels.block, kPower, sd, 1);
  if (series.state != State::kInconclusive) return;
  const double smallest_p =
      stats::smallest_rank_sum_p(static_cast<int>(left.size()), static_cast<int>(right.size()));
  series.reason =
      smallest_p > levels.pass
          ? fmt::format("{} and {} samples cannot resolve any verdict", left.size(), right.size())
          : "the samples spread too much, or are too few, for this margin";
}

void check_answer(const samples::Result& base, const samples::Result& head, bool allowed,
                  SeriesOutcome& series, Outcome& outcome) {
  if (base.answer_hash.empty() || head.answer_hash.empty() ||
      base.answer_hash == head.answer_hash) {
    return;
  }
  const std::string what =
      fmt::format("the answers differ: base {}, head {}", base.answer_hash, head.answer_hash);
  if (allowed) {
    const std::string note = fmt::format("{}: {} (allowed)", base.benchmark, what);
    if (std::find(outcome.notes.begin(), outcome.notes.end(), note) == outcome.notes.end()) {
      outcome.notes.push_back(note);
    }
    return;
  }
  series.state = State::kFailed;
  series.reason = what;
}

void judge_series(const samples::Result& base, const samples::Result* head, const Levels& levels,
                  const PairedPlan& plan, SeriesOutcome& series, Outcome& outcome) {
  if (head == nullptr) {
    series.state = State::kMissing;
    series.reason = fmt::format("head does not measure it in {}", base.unit);
    return;
  }
  MarginSettings settings = plan.margin;
  settings.between_sessions = true;
  const HostNoise noise =
      plan.noise_of ? plan.noise_of(series.key, outcome.machine_id) : HostNoise();
  try {
    judge(base, *head, levels,
          margin_for(settings, noise, metric_rule(base.metric).absolute_floor,
                     stats::median(base.samples)),
          series);
  } catch (const Error& error) {
    series.state = State::kFailed;
    series.reason = error.message();
  }
  check_answer(base, *head, plan.allow_answer_change, series, outcome);
}

void append_launch(const samples::Record& launch, samples::Record& record) {
  if (record.results.empty()) {
    record.producer = launch.producer;
    record.started_at = launch.started_at;
    record.environment = launch.environment;
  }
  for (const samples::Result& result : launch.results) {
    const double value = stats::median(result.samples);
    const auto known = std::find_if(record.results.begin(), record.results.end(), [&](auto& r) {
      return r.benchmark == result.benchmark && r.metric == result.metric;
    });
    if (known != record.results.end()) {
      known->samples.push_back(value);
    } else {
      record.results.push_back(result);
      record.results.back().samples = {value};
    }
  }
}

}  // namespace

samples::Record measure_head(Launcher& launcher, const PairedPlan& plan, Progress& progress,
                             Outcome& outcome) {
  samples::Record record;
  std::vector<const Subject*> open;
  for (const Subject& subject : plan.subjects) open.push_back(&subject);
  const double deadline_s = launcher.now_s() + plan.budget_s;
  double round_s = 0;
  for (int launches = 0; launches < kHeadLaunches && !open.empty(); ++launches) {
    const double start_s = launcher.now_s();
    if (launches > 0 && start_s + round_s > deadline_s) break;
    for (const Subject* subject : std::vector<const Subject*>(open)) {
      Launch launch = launcher.launch(*subject, Arm::kHead, 0);
      if (launch.interrupted) {
        outcome.interrupted = true;
        if (launches == 0) outcome.unmeasured.push_back(subject->name);
        return record;
      }
      if (launches == 0 && launch.refused) throw_usage(launch.failure);
      if (!launch.failure.empty()) {
        outcome.failures.push_back(launch.failure);
        std::erase(open, subject);
        continue;
      }
      append_launch(launch.record, record);
    }
    round_s = launcher.now_s() - start_s;
    progress.show(fmt::format("{} of {} launches", launches + 1, kHeadLaunches));
  }
  progress.clear();
  return record;
}

void compare_records(const samples::Record& base, const samples::Record& head,
                     const PairedPlan& plan, Outcome& outcome) {
  outcome.method = unpaired_method_text();
  outcome.machine_id = samples::machine_id(head.environment);
  outcome.environment = head.environment;
  const auto differences = samples::contract_differences(base.environment, head.environment);
  for (const auto& difference : differences) {
    outcome.notes.push_back(fmt::format("not comparable, {} differs: baseline {}, now {}",
                                        difference.field, difference.left, difference.right));
  }
  outcome.comparable = differences.empty();
  if (!outcome.comparable) return;

  std::vector<const samples::Result*> shown;
  int judged = 0;
  for (const samples::Result& result : base.results) {
    const Use use = metric_rule(result.metric).use;
    if (use != Use::kIgnored) shown.push_back(&result);
    if (use == Use::kJudged) ++judged;
  }
  if (judged == 0) throw_usage("nothing of the baseline is judged", "choose other benchmarks");
  const Levels levels = levels_for(judged, /*looks=*/1);
  for (const samples::Result* result : shown) {
    SeriesOutcome series;
    series.key = {result->benchmark, result->metric, result->unit};
    series.judged = metric_rule(result->metric).use == Use::kJudged;
    series.sign = worse_sign(result->metric, result->unit);
    judge_series(*result, find_result(head, *result), levels, plan, series, outcome);
    outcome.series.push_back(std::move(series));
  }
  for (const samples::Result& result : head.results) {
    if (metric_rule(result.metric).use == Use::kJudged && find_result(base, result) == nullptr) {
      outcome.notes.push_back(
          fmt::format("{} {} is new in head: not judged", result.benchmark, result.metric));
    }
  }
  const auto commit = base.environment.find("commit");
  if (count_of(outcome, State::kRegressed) > 0 && commit != base.environment.end()) {
    outcome.notes.push_back(fmt::format(
        "stored results cannot tell a slower build from a slower hour: `woolly gate --base {}` can",
        commit->second));
  }
}

std::vector<Subject> subjects_of_record(const samples::Record& record,
                                        const std::vector<std::string>& models) {
  std::map<std::string, std::pair<TokenCounts, std::vector<std::string>>> by_size;
  for (const std::string& model : models) {
    bool found = false;
    std::set<std::string> seen;
    for (const samples::Result& result : record.results) {
      const auto benchmark = parse_benchmark(result.benchmark);
      if (!benchmark || benchmark->stem != stem_of(model)) continue;
      found = true;
      if (!seen.insert(result.benchmark).second) continue;
      auto& [tokens, sized_models] = by_size[result.benchmark.substr(result.benchmark.rfind('/'))];
      tokens = benchmark->tokens;
      sized_models.push_back(model);
    }
    if (!found) {
      std::set<std::string> names;
      for (const samples::Result& result : record.results) names.insert(result.benchmark);
      throw_usage(fmt::format("the baseline has no benchmark of {}", model),
                  fmt::format("it has {}", fmt::join(names, ", ")));
    }
  }
  std::vector<Subject> subjects;
  for (const auto& [size, entry] : by_size) {
    subjects.push_back(bench_subject(entry.second, entry.first));
  }
  return subjects;
}

samples::Record only_models(const samples::Record& record, const std::vector<std::string>& models) {
  std::set<std::string> stems;
  for (const std::string& model : models) stems.insert(stem_of(model));
  return filtered(record, [&](const samples::Result& result) {
    const auto benchmark = parse_benchmark(result.benchmark);
    return benchmark && stems.count(benchmark->stem) > 0;
  });
}

samples::Record only_matching(const samples::Record& record, const std::string& filter) {
  try {
    const std::regex pattern(filter);
    return filtered(record, [&](const samples::Result& result) {
      return std::regex_search(result.benchmark, pattern);
    });
  } catch (const std::regex_error&) {
    throw_usage(fmt::format("--micro {}: not a regular expression", filter));
  }
}

}  // namespace woolly::gate
