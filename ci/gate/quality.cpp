#include "ci/gate/quality.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include <woolly/error.h>

#include "ci/gate/launcher.h"
#include "engine/base/process.h"

namespace woolly::gate {
namespace {

namespace fs = std::filesystem;

constexpr const char* kProgram = "woolly";

using Values = std::map<std::string, double>;  // by metric

Values values_of(const std::string& output) {
  const nlohmann::json json = nlohmann::json::parse(output);
  Values values{{"perplexity", json.at("perplexity").get<double>()}};
  if (json.contains("kl_divergence")) {
    values["kl_divergence"] = json.at("kl_divergence").at("mean").get<double>();
  }
  return values;
}

// Of one build. What goes wrong is noted in `outcome`, and nothing is returned.
std::optional<Values> measure(const QualityOptions& options, const std::string& model,
                              const fs::path& folder, Arm arm, Outcome& outcome) {
  std::vector<std::string> argv = {
      (folder / kProgram).string(), "perplexity", "-m", model, "-f", options.text, "--json"};
  if (!options.kl_base.empty()) argv.insert(argv.end(), {"--kl-base", options.kl_base});
  ProcessOptions process;
  process.timeout_s = kLaunchTimeoutS;
  const ProcessResult result = run_process(argv, process);
  if (result.interrupted) {
    outcome.interrupted = true;
    return std::nullopt;
  }
  const auto fail = [&](const std::string& why) {
    outcome.failures.push_back(fmt::format("{}: woolly perplexity of {}: {}", arm_name(arm),
                                           fs::path(model).filename().string(), why));
    return std::nullopt;
  };
  if (!result.ok()) {
    return fail(fmt::format("{}: {}", describe_exit(result), tail_in_one_line(result.err)));
  }
  try {
    return values_of(result.out);
  } catch (const nlohmann::json::exception&) {
    return fail("its output is not what woolly perplexity --json prints");
  }
}

SeriesOutcome judged(const store::SeriesKey& key, double base, double head, double delta) {
  const auto logarithm = [&](double value) {
    const double least = key.metric == "kl_divergence" ? kLeastDivergence : 1.0;
    return std::log(std::max(value, least));
  };
  SeriesOutcome series;
  series.key = key;
  series.estimate = series.lower = series.upper = logarithm(head) - logarithm(base);
  series.delta = std::log1p(delta);
  series.margin_source = "user";
  series.pairs = 1;
  series.spread = 0;
  series.detectable = series.delta;
  series.base_median = base;
  series.head_median = head;
  if (!std::isfinite(base) || !std::isfinite(head)) {
    series.state = State::kFailed;
    series.reason = "it is not a number";
  } else if (series.estimate > series.delta) {
    series.state = State::kRegressed;
  } else {
    series.state = series.estimate < -series.delta ? State::kImproved : State::kUnchanged;
  }
  return series;
}

void require_file(const char* option, const std::string& path) {
  if (!fs::is_regular_file(path)) throw_usage(fmt::format("{} {}: no such file", option, path));
}

}  // namespace

void require_quality(const QualityOptions& options, const std::vector<std::string>& models) {
  if (options.text.empty()) return;
  if (models.empty()) throw_usage("--text needs -m, the model that predicts it");
  require_file("--text", options.text);
  if (!options.kl_base.empty()) require_file("--kl-base", options.kl_base);
}

void check_quality(const QualityOptions& options, const std::vector<std::string>& models,
                   const fs::path& base, const fs::path& head, Progress& progress,
                   Outcome& outcome) {
  if (options.text.empty()) return;
  const std::string text = fs::path(options.text).stem().string();
  for (const std::string& model : models) {
    progress.show(fmt::format("perplexity of {}", fs::path(model).filename().string()));
    const auto base_values = measure(options, model, base, Arm::kBase, outcome);
    if (!base_values) continue;
    const auto head_values = measure(options, model, head, Arm::kHead, outcome);
    if (!head_values) continue;
    const std::string benchmark =
        fmt::format("quality/{}/{}", fs::path(model).stem().string(), text);
    for (const auto& [metric, value] : *base_values) {
      const auto other = head_values->find(metric);
      if (other == head_values->end()) continue;
      outcome.series.push_back(
          judged({benchmark, metric, "1"}, value, other->second, options.delta));
    }
  }
  progress.clear();
}

}  // namespace woolly::gate
