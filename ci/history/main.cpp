// woolly-history: how results went from commit to commit. `woolly history` runs it.
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include <woolly/error.h>

#include "ci/gate/options.h"
#include "ci/history/history_command.h"
#include "ci/history/render.h"
#include "engine/cli/command.h"

namespace {

using namespace woolly;

constexpr const char* kExamples =
    "  woolly history\n"
    "  woolly history --metric decode_tps --benchmark '^e2e/' --since v1.0\n"
    "  woolly history --pin v1.0 --debt-budget 10%\n"
    "  woolly history --json | jq '.series[].changes'\n"
    "Each run of `woolly bench --db` or `woolly micro --db` adds to the history.\n"
    "Exit codes: 0 no budget is used up, 1 one is, 2 usage, 3 not comparable with the pinned\n"
    "release, 5 internal error.\n";

struct CommandLine {
  history::HistoryOptions options;
  std::string debt_budget;
  bool json = false;
};

void add_options(CLI::App& app, CommandLine& line) {
  history::HistoryOptions& options = line.options;
  app.add_option("--db", options.database, "Database file [woolly.db]");
  app.add_option("--metric", options.metric, "Only this metric [those that the gate judges]");
  app.add_option("--benchmark", options.benchmark, "Only what matches this regular expression");
  app.add_option("--since", options.since, "Show commits from this one on: a git ref, or a hash");
  app.add_option("--machine", options.machine, "Only this machine, as `woolly db list` names it");
  app.add_option("--pin", options.pin, "Baseline from which drift and debt are measured");
  app.add_option("--debt-budget", line.debt_budget,
                 "Fail when a benchmark got worse by so much: 10% or 0.1");
  app.add_flag("--all", options.all_environments, "Also series of other machines, flags, models");
  app.add_flag("--json", line.json, "Print JSON");
}

int run(CommandLine& line) {
  if (!line.debt_budget.empty()) {
    line.options.debt_budget = gate::parse_relative("--debt-budget", line.debt_budget);
  }
  const history::Report report = history::history(line.options, std::filesystem::current_path());
  if (line.json) {
    fmt::print("{}\n", render_json(report).dump(1));
  } else {
    fmt::print("{}", render_text(report,
                                 {cli::is_terminal(STDOUT_FILENO), cli::use_color(STDOUT_FILENO)}));
  }
  return static_cast<int>(exit_code(report));
}

}  // namespace

int main(int argc, char** argv) {
  CommandLine line;
  const auto app = cli::make_app(
      "woolly-history", "How results went from commit to commit: changes, drift, debt.", kExamples);
  add_options(*app, line);
  return cli::run_app(*app, argc, argv, [&] { return run(line); });
}
