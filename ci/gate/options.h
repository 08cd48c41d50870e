// What the command line of the gate says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "baselines/store/store.h"
#include "ci/gate/margin.h"
#include "ci/gate/outputs/outputs.h"
#include "ci/gate/quality.h"
#include "ci/gate/subject.h"

namespace woolly::gate {

// Two shell commands in place of builds.
struct CommandOptions {
  std::string a;  // base
  std::string b;  // head
  std::string name = "command";
  std::vector<std::string> metrics;  // as parse_command_metric() takes them; none: wall
};

struct GateOptions {
  std::string base;                   // folder or git ref
  std::string baseline;               // or a name in the store
  std::optional<std::string> branch;  // which of that name; nothing: that of the current branch
  bool stored = false;                // compare with its stored numbers, do not measure it again
  std::string head;                   // folder; "" for the one of the running program
  std::optional<store::RunId> run;    // stored results in place of a head to measure
  double budget_s = 180;
  double delta = kDefaultDelta;
  CommandOptions commands;
  std::string import_base;  // files of other tools in place of anything that runs
  std::string import_head;
  // Of the patterns of --metric, and of imported values whose unit does not tell.
  std::optional<bool> higher_is_better;
  std::vector<std::string> models;
  std::string scenario;
  std::string micro;
  TokenCounts tokens;
  std::vector<std::string> base_opts;  // optimization flags name=value of one arm alone
  std::vector<std::string> head_opts;
  QualityOptions quality;
  std::string database = "woolly.db";
  OutputOptions outputs;
  bool allow_answer_change = false;
  InconclusivePolicy on_inconclusive = InconclusivePolicy::kReport;
  std::optional<std::uint64_t> seed;
  int calibration_runs = 20;
  int audit_runs = 40;
  std::vector<double> audit_injections = {0.05, 0.03};  // as shares
  std::optional<int> relinked;  // builds to calibrate layout with; nothing: as many as there can be
};

// "90s", "3m", "1h" to seconds; "3%" or "0.03" of `option` to 0.03; "pass", "fail", "3". Each
// throws Error (usage) that names the option for anything else.
double parse_budget_s(const std::string& text);
double parse_relative(std::string_view option, const std::string& text);
InconclusivePolicy parse_policy(const std::string& text);

}  // namespace woolly::gate
