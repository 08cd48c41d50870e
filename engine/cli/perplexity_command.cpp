// `woolly perplexity`: how well a model predicts a text.
#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include <woolly/error.h>
#include <woolly/session.h>

#include "engine/base/file.h"
#include "engine/cli/command.h"
#include "engine/cli/commands.h"
#include "engine/cli/session_flags.h"
#include "engine/runtime/perplexity.h"

namespace woolly::cli {
namespace {

struct PerplexityArgs {
  SessionFlags session;
  std::string text_file;
  bool json = false;
};

constexpr int kDefaultWindow = 512;

int perplexity(const PerplexityArgs& args) {
  const std::string text = read_file(args.text_file);
  SessionOptions options = args.session.session_options();
  const int window = options.context > 0 ? options.context : kDefaultWindow;
  options.context = window;
  Session session = open_session(args.session.model, options);
  const bool show_progress = !args.json && is_terminal(2);
  const Perplexity result =
      measure_perplexity(session, text, window, [&](double done, double so_far) {
        if (show_progress) fmt::print(stderr, "\r{:3.0f} %  perplexity {:.4f}", done * 100, so_far);
      });
  if (show_progress) fmt::print(stderr, "\r\x1b[K");
  if (args.json) {
    const nlohmann::ordered_json json{{"perplexity", result.value},
                                      {"standard_error", result.standard_error},
                                      {"windows", result.windows},
                                      {"tokens_scored", result.tokens_scored},
                                      {"ctx", window}};
    fmt::print("{}\n", json.dump());
  } else {
    fmt::print("perplexity {:.4f} +/- {:.4f}  ({} windows of {} tokens, {} tokens scored)\n",
               result.value, result.standard_error, result.windows, window, result.tokens_scored);
  }
  return static_cast<int>(ExitCode::kOk);
}

}  // namespace

void add_perplexity_command(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("perplexity", "Measure how well a model predicts a text");
  const auto args = std::make_shared<PerplexityArgs>();
  add_session_flags(*command, args->session);
  command->get_option("--ctx")->description(
      fmt::format("Tokens per window (default: {})", kDefaultWindow));
  command->add_option("-f,--file", args->text_file, "Text file")->required();
  command->add_flag("--json", args->json, "Print one JSON object");
  command->footer("Example:\n  woolly perplexity -m model.gguf -f text.txt --ctx 512");
  command->callback([args, &action] { action = [args] { return perplexity(*args); }; });
}

}  // namespace woolly::cli
