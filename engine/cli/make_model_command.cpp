// `woolly make-model`: a synthetic model for benchmarks and tests.
#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <string>

#include <woolly/error.h>

#include "engine/base/thread_pool.h"
#include "engine/cli/command.h"
#include "engine/cli/commands.h"
#include "engine/model/synthetic/synthetic_model.h"

namespace woolly::cli {
namespace {

struct MakeModelArgs {
  SyntheticOptions options;
  int threads = 0;
};

int make_model(const MakeModelArgs& args) {
  ThreadPool pool(args.threads > 0 ? args.threads : usable_cores());
  SyntheticOptions options = args.options;
  const bool show_progress = is_terminal(2);
  if (show_progress) {
    options.progress = [](double fraction) { fmt::print(stderr, "\r{:3.0f} %", fraction * 100); };
  }
  write_synthetic_model(options, pool);
  if (show_progress) fmt::print(stderr, "\r\x1b[K");
  return static_cast<int>(ExitCode::kOk);
}

}  // namespace

void add_make_model_command(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand(
      "make-model", "Write a synthetic model, the same bytes for the same options");
  const auto args = std::make_shared<MakeModelArgs>();
  command
      ->add_option("--preset", args->options.preset, "tiny, llama-160m, tinyllama-1.1b or llama-7b")
      ->required();
  command
      ->add_option("--type", args->options.type,
                   "Tensor type (F16, Q8_0, Q4_K ...) or mix (Q4_K_M ...)")
      ->capture_default_str();
  command->add_option("-s,--seed", args->options.seed, "Seed of the weights")
      ->capture_default_str();
  command
      ->add_option("-c,--ctx", args->options.context_length,
                   "Tokens the model says it is made for (default: the preset's)")
      ->check(CLI::Range(1, 1 << 24));
  command->add_option("-o,--output", args->options.output, "File to write")->required();
  command->add_option("-t,--threads", args->threads, "Threads (default: all usable cores)")
      ->check(CLI::Range(1, 4096));
  command->footer(
      "Example:\n  woolly make-model --preset tiny --type Q4_K_M --seed 1 -o tiny.gguf");
  command->callback([args, &action] { action = [args] { return make_model(*args); }; });
}

}  // namespace woolly::cli
