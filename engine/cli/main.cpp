// The one command a user types.
#include <memory>
#include <string>

#include "engine/base/main_guard.h"
#include "engine/cli/command.h"
#include "engine/cli/commands.h"
#include "engine/cli/external_command.h"
#include "engine/cli/roofline_command.h"

namespace {

constexpr const char* kExamples =
    "  woolly make-model --preset tiny --type Q4_K_M -o tiny.gguf\n"
    "  woolly run -m tiny.gguf -p \"Once upon a time\" -n 50 --temp 0\n"
    "  woolly bench -m tiny.gguf --pp 512 --tg 128 --db woolly.db\n"
    "  woolly gate --base HEAD~1 -m tiny.gguf\n"
    "  woolly report --db woolly.db -o report.html\n"
    "Each command has its own help: woolly COMMAND --help";

}  // namespace

int main(int argc, char** argv) {
  using namespace woolly::cli;
  for (const ExternalCommand& command : external_commands()) {
    if (argc > 1 && command.name == argv[1]) {
      return woolly::guarded_main("woolly", [&]() -> int { run_external_command(command, argv); });
    }
  }
  Action action;
  const std::unique_ptr<CLI::App> app =
      make_app("woolly", "LLM inference on CPUs, and the laboratory that keeps it fast", kExamples);
  app->require_subcommand(1);
  add_run_command(*app, action);
  add_info_command(*app, action);
  add_make_model_command(*app, action);
  add_perplexity_command(*app, action);
  add_tokenize_command(*app, action);
  add_roofline_command(*app, action);
  add_completion_command(*app, action);
  for (const ExternalCommand& command : external_commands()) {
    app->add_subcommand(std::string(command.name), std::string(command.description));
  }
  return run_app(*app, argc, argv, [&] { return action(); });
}
