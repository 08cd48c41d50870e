#include "ci/gate/subject.h"

#include <fmt/format.h>

#include <filesystem>

namespace woolly::gate {
namespace {

void add_models(const std::vector<std::string>& models, Subject& subject) {
  for (const std::string& model : models) {
    subject.arguments.insert(subject.arguments.end(), {"-m", model});
  }
}

void add_single_launch(Subject& subject) {
  subject.arguments.insert(subject.arguments.end(),
                           {"--launches", "1", "--no-cold", "--no-roof", "--json"});
}

}  // namespace

Subject bench_subject(const std::vector<std::string>& models, const TokenCounts& tokens) {
  Subject subject{"", std::string(kBenchProgram), {}};
  for (const std::string& model : models) {
    subject.name +=
        (subject.name.empty() ? "" : ", ") + std::filesystem::path(model).filename().string();
  }
  add_models(models, subject);
  subject.arguments.insert(subject.arguments.end(), {"--pp", fmt::to_string(tokens.prompt), "--tg",
                                                     fmt::to_string(tokens.generated), "--depth",
                                                     fmt::to_string(tokens.depth)});
  add_single_launch(subject);
  return subject;
}

Subject scenario_subject(const std::string& scenario, const std::vector<std::string>& models) {
  Subject subject{"scenario " + std::filesystem::path(scenario).filename().string(),
                  std::string(kBenchProgram),
                  {"--scenario", scenario}};
  add_models(models, subject);
  add_single_launch(subject);
  return subject;
}

Subject micro_subject(const std::string& filter) {
  return {"micro " + filter,
          std::string(kMicroProgram),
          {"--filter", filter, "--no-roof", "--json", "--repetitions", "3", "--min-time", "0.002"}};
}

bool may_take_turns(const Subject& subject) {
  return subject.program == kBenchProgram || subject.program == kMicroProgram;
}

std::optional<Subject> narrowed(const Subject& subject, const std::string& benchmark) {
  if (subject.program != kMicroProgram) return std::nullopt;
  std::string filter = "^";
  for (const char c : benchmark) {
    if (std::string_view("^$\\.*+?()[]{}|").find(c) != std::string_view::npos) filter += '\\';
    filter += c;
  }
  Subject result = micro_subject(filter + "$");
  result.name = benchmark;
  result.in_turns = subject.in_turns;
  return result;
}

}  // namespace woolly::gate
