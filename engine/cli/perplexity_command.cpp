// `woolly perplexity`: how well a model predicts a text.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include <woolly/error.h>
#include <woolly/session.h>

#include "engine/base/file.h"
#include "engine/cli/command.h"
#include "engine/cli/commands.h"
#include "engine/cli/session_flags.h"
#include "engine/gguf/reader.h"
#include "engine/model/decode_pass.h"
#include "engine/model/llama_config.h"
#include "engine/runtime/perplexity.h"

namespace woolly::cli {
namespace {

struct PerplexityArgs {
  SessionFlags session;
  std::string text_file;
  std::string kl_base;
  int batch = 0;
  bool json = false;
};

constexpr int kDefaultWindow = 512;

// Tokens of a window: as asked for, else the default or what the model was made for, if that is
// less.
int window_of(const std::string& model, int asked) {
  if (asked > 0) return asked;
  const LlamaConfig config = read_llama_config(gguf::File(model).metadata());
  return static_cast<int>(std::min<std::size_t>(kDefaultWindow, config.context_train));
}

// Products and cache in f32: as exact as the reference (KL divergence below 1e-10), and quicker.
SessionOptions base_options(const SessionOptions& model) {
  SessionOptions options = model;
  options.implementation = "fast";
  options.opts = {{"gemm", "blas"}, {"kv_type", "f32"}};
  return options;
}

void print_json(const PerplexityArgs& args, const PerplexityOptions& options,
                const Perplexity& result) {
  nlohmann::ordered_json json{
      {"perplexity", result.value}, {"standard_error", result.standard_error},
      {"windows", result.windows},  {"tokens_scored", result.tokens_scored},
      {"ctx", options.window},      {"batch", options.batch}};
  if (const auto& kl = result.kl_divergence) {
    json["kl_divergence"] = {{"base", args.kl_base},
                             {"mean", kl->mean},
                             {"standard_error", kl->standard_error},
                             {"median", kl->median},
                             {"p99", kl->p99},
                             {"max", kl->max},
                             {"same_top1_pct", kl->same_top1_pct}};
  }
  fmt::print("{}\n", json.dump());
}

void print_text(int window, const Perplexity& result) {
  fmt::print("perplexity {:.4f} +/- {:.4f}  ({} windows of {} tokens, {} tokens scored)\n",
             result.value, result.standard_error, result.windows, window, result.tokens_scored);
  if (const auto& kl = result.kl_divergence) {
    fmt::print("KL divergence {:.6f} +/- {:.6f}  (median {:.6f}, p99 {:.6f}, max {:.6f})\n",
               kl->mean, kl->standard_error, kl->median, kl->p99, kl->max);
    fmt::print("same top token {:.3f} %\n", kl->same_top1_pct);
  }
}

int perplexity(const PerplexityArgs& args) {
  const std::string text = read_file(args.text_file);
  SessionOptions options = args.session.session_options();
  const int window = window_of(args.session.model, options.context);
  options.context = window;
  Session session = open_session(args.session.model, options);
  std::optional<Session> base;
  if (!args.kl_base.empty()) base = Session::open(args.kl_base, base_options(options));
  const int batch = args.batch > 0 ? std::min(args.batch, window) : window;
  const PerplexityOptions measured{window, batch, base ? &*base : nullptr};
  const bool show_progress = !args.json && is_terminal(2);
  const Perplexity result =
      measure_perplexity(session, text, measured, [&](double done, double so_far) {
        if (show_progress) fmt::print(stderr, "\r{:3.0f} %  perplexity {:.4f}", done * 100, so_far);
      });
  if (show_progress) fmt::print(stderr, "\r\x1b[K");
  if (args.json) {
    print_json(args, measured, result);
  } else {
    print_text(window, result);
  }
  return static_cast<int>(ExitCode::kOk);
}

}  // namespace

void add_perplexity_command(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("perplexity", "Measure how well a model predicts a text");
  const auto args = std::make_shared<PerplexityArgs>();
  add_session_flags(*command, args->session);
  command->get_option("--ctx")->description(fmt::format(
      "Tokens per window (default: {}, or the model's limit if that is less)", kDefaultWindow));
  command->add_option("-f,--file", args->text_file, "Text file")->required();
  command
      ->add_option("-b,--batch", args->batch,
                   fmt::format("Tokens run at a time (default: a whole window); up to {} use the "
                               "products of decoding",
                               kDecodePassTokens))
      ->check(CLI::Range(1, 1 << 24));
  command->add_option(
      "--kl-base", args->kl_base,
      "Model to take for the truth, usually the unquantized one: also report the KL "
      "divergence from its predictions");
  command->add_flag("--json", args->json, "Print one JSON object");
  command->footer(
      "Examples:\n  woolly perplexity -m model.gguf -f text.txt --ctx 512\n"
      "  woolly perplexity -m model-Q4_K_M.gguf --kl-base model-f16.gguf -f text.txt --batch 8");
  command->callback([args, &action] { action = [args] { return perplexity(*args); }; });
}

}  // namespace woolly::cli
