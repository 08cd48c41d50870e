// `woolly run`: streams what a model says after a prompt.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include <woolly/error.h>
#include <woolly/sampler.h>
#include <woolly/session.h>

#include "engine/cli/commands.h"
#include "engine/cli/session_flags.h"
#include "engine/runtime/resource_usage.h"
#include "engine/tokenizer/utf8_stream.h"

namespace woolly::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kDefaultNewTokens = 128;

struct RunArgs {
  SessionFlags session;
  SamplerOptions sampler;
  std::string prompt;
  int new_tokens = 0;  // 0: kDefaultNewTokens, or what fits
  bool json = false;
  bool ignore_eos = false;
};

struct Timings {
  double load_ms = 0;
  double prefill_s = 0;
  double decode_s = 0;
  int prompt_tokens = 0;
  int decoded_tokens = 0;  // forward passes of one token, one fewer than tokens chosen

  double prefill_tps() const { return prefill_s > 0 ? prompt_tokens / prefill_s : 0; }
  double decode_tps() const { return decode_s > 0 ? decoded_tokens / decode_s : 0; }
};

struct Generation {
  std::string text;
  std::vector<TokenId> tokens;
  Timings timings;
};

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

int tokens_to_make(const RunArgs& args, const Session& session, std::size_t prompt_tokens) {
  const int room = session.context() - static_cast<int>(prompt_tokens);
  const int wanted = args.new_tokens > 0 ? args.new_tokens : std::min(kDefaultNewTokens, room);
  if (room < 1 || wanted > room) {
    throw_usage(fmt::format("{} prompt tokens and {} new ones do not fit the context of {}",
                            prompt_tokens, std::max(wanted, 1), session.context()),
                "use a shorter prompt, a smaller -n or a larger --ctx");
  }
  return wanted;
}

Generation generate(const RunArgs& args, Session& session) {
  const Tokenizer& tokenizer = session.tokenizer();
  const std::vector<TokenId> prompt = tokenizer.encode(args.prompt, true);
  if (prompt.empty())
    throw_usage("the prompt is empty and the model has no BOS token", "give -p TEXT");
  const int wanted = tokens_to_make(args, session, prompt.size());
  Sampler sampler(args.sampler);
  sampler.accept(prompt);

  Generation result;
  result.timings.load_ms = session.timings().load_ms;
  result.timings.prompt_tokens = static_cast<int>(prompt.size());
  Utf8Stream stream;
  const auto show = [&](const std::string& text) {
    result.text += text;
    if (args.json) return;
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
  };

  auto start = Clock::now();
  std::span<const float> logits = session.prefill(prompt);
  result.timings.prefill_s = seconds_since(start);
  start = Clock::now();
  for (;;) {
    const TokenId token = sampler.sample(logits);
    if (token == tokenizer.eos() && !args.ignore_eos) break;
    result.tokens.push_back(token);
    show(stream.push(tokenizer.decode(token)));
    if (static_cast<int>(result.tokens.size()) == wanted) break;
    logits = session.decode(token);
    ++result.timings.decoded_tokens;
  }
  result.timings.decode_s = seconds_since(start);
  show(stream.flush());
  return result;
}

void print_json(const Generation& g) {
  const Timings& t = g.timings;
  const nlohmann::ordered_json json{{"text", g.text},
                                    {"tokens", g.tokens},
                                    {"timings",
                                     {{"load_ms", t.load_ms},
                                      {"prompt_tokens", t.prompt_tokens},
                                      {"prefill_ms", t.prefill_s * 1e3},
                                      {"prefill_tps", t.prefill_tps()},
                                      {"decoded_tokens", t.decoded_tokens},
                                      {"decode_ms", t.decode_s * 1e3},
                                      {"decode_tps", t.decode_tps()},
                                      {"peak_rss_bytes", peak_rss_bytes()}}}};
  fmt::print("{}\n", json.dump());
}

void print_timings(const Timings& t) {
  fmt::print(
      stderr,
      "\nload     {:10.1f} ms\nprefill  {:10.2f} t/s  ({} tokens)\ndecode   {:10.2f} t/s  ({} "
      "tokens)\npeak RSS {:10.1f} MiB\n",
      t.load_ms, t.prefill_tps(), t.prompt_tokens, t.decode_tps(), t.decoded_tokens,
      static_cast<double>(peak_rss_bytes()) / (1 << 20));
}

int run(const RunArgs& args) {
  Session session = Session::open(args.session.model, args.session.session_options());
  const Generation generation = generate(args, session);
  if (args.json) {
    print_json(generation);
  } else {
    fmt::print("\n");
    std::fflush(stdout);
    print_timings(generation.timings);
  }
  return static_cast<int>(ExitCode::kOk);
}

}  // namespace

void add_run_command(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("run", "Stream what a model says after a prompt");
  const auto args = std::make_shared<RunArgs>();
  add_session_flags(*command, args->session);
  command->add_option("-p,--prompt", args->prompt, "The prompt");
  command
      ->add_option("-n,--n-predict", args->new_tokens,
                   fmt::format("Tokens to make (default: {}, or what fits)", kDefaultNewTokens))
      ->check(CLI::Range(1, 1 << 24));
  SamplerOptions& s = args->sampler;
  command->add_option("--temp", s.temperature, "Temperature; 0 is greedy")->capture_default_str();
  command->add_option("--top-k", s.top_k, "Keep the k likeliest; 0 is off")->capture_default_str();
  command->add_option("--top-p", s.top_p, "Keep this share of probability; 1 is off")
      ->capture_default_str();
  command
      ->add_option("--min-p", s.min_p,
                   "Drop what is less likely than this share of the likeliest; 0 is off")
      ->capture_default_str();
  command->add_option("--repeat-penalty", s.repeat_penalty, "Discourage recent tokens; 1 is off")
      ->capture_default_str();
  command->add_option("--repeat-last-n", s.repeat_last_n, "How many tokens are recent")
      ->capture_default_str();
  command->add_option("-s,--seed", s.seed, "Same seed, same text")->capture_default_str();
  command->add_flag("--ignore-eos", args->ignore_eos, "Go on after the end-of-sequence token");
  command->add_flag("--json", args->json, "Print one JSON object: text, tokens, timings");
  command->footer(
      "Examples:\n"
      "  woolly run -m model.gguf -p \"Once upon a time\" -n 100 --temp 0\n"
      "  woolly run -m model.gguf -p \"Hello\" --impl reference --json");
  command->callback([args, &action] { action = [args] { return run(*args); }; });
}

}  // namespace woolly::cli
