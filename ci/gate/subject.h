// What one launch runs.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace woolly::gate {

inline constexpr std::string_view kBenchProgram = "woolly-bench";
inline constexpr std::string_view kMicroProgram = "woolly-micro";

struct Subject {
  std::string name;     // for people: "tiny-Q4_0.gguf", "micro matmul"
  std::string program;  // in the folder of either arm: "woolly-bench" or "woolly-micro"
  std::vector<std::string> arguments;
  bool in_turns = false;  // its launches take turns (Launcher::launch_in_turns)
  std::vector<std::string> base_arguments = {};  // after the others, of one arm alone
  std::vector<std::string> head_arguments = {};
};

// Whether it is one of our programs, which can take turns since they know how.
bool may_take_turns(const Subject& subject);

// Tokens of the default end-to-end launch: long enough to time, short enough for many launches.
struct TokenCounts {
  int prompt = 128;
  int generated = 64;
  int depth = 0;
};

// `models` are paths; one launch runs all of them. Every launch is one fresh engine process per
// model, without the parts of a benchmark that the gate does not judge (cold loads, memory roof).
Subject bench_subject(const std::vector<std::string>& models, const TokenCounts& tokens);
Subject scenario_subject(const std::string& scenario, const std::vector<std::string>& models);
// A launch takes few and short repetitions: there are many launches.
Subject micro_subject(const std::string& filter);

// `subject` down to this benchmark, whose name it gets. Nothing where a launch cannot be cut.
std::optional<Subject> narrowed(const Subject& subject, const std::string& benchmark);

}  // namespace woolly::gate
