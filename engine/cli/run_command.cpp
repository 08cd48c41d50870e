// `woolly run`: streams what a model says after a prompt.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <woolly/error.h>
#include <woolly/roofline.h>
#include <woolly/sampler.h>
#include <woolly/session.h>

#include "engine/cli/commands.h"
#include "engine/cli/profile_json.h"
#include "engine/cli/profile_table.h"
#include "engine/cli/session_flags.h"
#include "engine/model/forward.h"
#include "engine/runtime/prompt_lookup.h"
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
  int speculate = 0;   // guesses a pass; 0: none
  bool json = false;
  bool profile = false;
  bool ignore_eos = false;
};

struct Timings {
  double load_ms = 0;
  double prefill_s = 0;
  double decode_s = 0;
  int prompt_tokens = 0;
  int decoded_tokens = 0;  // one fewer than tokens chosen: the first is the prompt's
  std::optional<SpeculationCounts> speculation;
  std::uint64_t peak_rss = 0;  // bytes
  std::optional<DequantCacheCounts> dequant_cache;

  double prefill_tps() const { return prefill_s > 0 ? prompt_tokens / prefill_s : 0; }
  double decode_tps() const { return decode_s > 0 ? decoded_tokens / decode_s : 0; }
};

struct Generation {
  std::string text;
  std::vector<TokenId> tokens;
  Timings timings;
  std::string tuning;  // as Session::tuning()
  ProfileEntries profile;
  double read_gbps = 0;  // the memory roof, measured where there is a profile
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

// Chooses tokens, shows them and knows when to stop.
class Writer {
 public:
  Writer(const RunArgs& args, const Session& session, std::span<const TokenId> prompt)
      : tokenizer_(session.tokenizer()),
        wanted_(static_cast<std::size_t>(tokens_to_make(args, session, prompt.size()))),
        silent_(args.json),
        ignore_eos_(args.ignore_eos),
        sampler_(args.sampler) {
    sampler_.accept(prompt);
  }

  // The next token after these logits; nothing when the text ends there.
  std::optional<TokenId> write(std::span<const float> logits) {
    const TokenId token = sampler_.sample(logits);
    if (token == tokenizer_.eos() && !ignore_eos_) {
      done_ = true;
      return std::nullopt;
    }
    tokens_.push_back(token);
    show(stream_.push(tokenizer_.decode(token)));
    done_ = tokens_.size() == wanted_;
    return token;
  }

  bool done() const { return done_; }
  const std::vector<TokenId>& tokens() const { return tokens_; }
  std::string finish() {
    show(stream_.flush());
    return std::move(text_);
  }

 private:
  void show(const std::string& text) {
    text_ += text;
    if (silent_) return;
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
  }

  const Tokenizer& tokenizer_;
  std::size_t wanted_;
  bool silent_;
  bool ignore_eos_;
  Sampler sampler_;
  Utf8Stream stream_;
  std::vector<TokenId> tokens_;
  std::string text_;
  bool done_ = false;
};

void decode_plainly(Session& session, Writer& writer) {
  while (!writer.done()) writer.write(session.decode(writer.tokens().back()));
}

SpeculationCounts decode_with_guesses(Session& session, Writer& writer,
                                      std::span<const TokenId> prompt, int guesses) {
  Speculation speculation(session, static_cast<std::size_t>(guesses));
  std::vector<TokenId> history(prompt.begin(), prompt.end());
  while (!writer.done()) {
    const std::vector<TokenId>& tokens = writer.tokens();
    const std::size_t known = history.size() - prompt.size();
    history.insert(history.end(), tokens.begin() + static_cast<std::ptrdiff_t>(known),
                   tokens.end());
    speculation.advance(history, [&](std::span<const float> logits) {
      const std::optional<TokenId> token = writer.write(logits);
      return token && !writer.done() ? *token : Speculation::kStop;
    });
  }
  return speculation.counts();
}

Generation generate(const RunArgs& args, Session& session) {
  const std::vector<TokenId> prompt = session.tokenizer().encode(args.prompt, true);
  if (prompt.empty())
    throw_usage("the prompt is empty and the model has no BOS token", "give -p TEXT");
  Writer writer(args, session, prompt);
  Generation result;
  Timings& timings = result.timings;
  timings.load_ms = session.timings().load_ms;
  timings.prompt_tokens = static_cast<int>(prompt.size());

  auto start = Clock::now();
  const std::span<const float> logits = session.prefill(prompt);
  timings.prefill_s = seconds_since(start);
  start = Clock::now();
  writer.write(logits);
  const int before = session.position();
  if (args.speculate > 0) {
    timings.speculation = decode_with_guesses(session, writer, prompt, args.speculate);
  } else {
    decode_plainly(session, writer);
  }
  timings.decode_s = seconds_since(start);
  timings.decoded_tokens = session.position() - before;
  timings.peak_rss = peak_rss_bytes();
  timings.dequant_cache = session.dequant_cache();
  result.tokens = writer.tokens();
  result.text = writer.finish();
  return result;
}

double measure_read_gbps() {
  RooflineOptions options;
  options.best_only = true;
  options.read_only = true;
  return measure_roofline(options).read_gbps;
}

void print_json(const Generation& g) {
  const Timings& t = g.timings;
  // Guesses make tokens cheaper than the weights they read: never under the name of plain decode.
  const std::string decode = t.speculation ? "speculative_decode" : "decode";
  nlohmann::ordered_json timings{{"load_ms", t.load_ms},
                                 {"prompt_tokens", t.prompt_tokens},
                                 {"prefill_ms", t.prefill_s * 1e3},
                                 {"prefill_tps", t.prefill_tps()},
                                 {"decoded_tokens", t.decoded_tokens},
                                 {decode + "_ms", t.decode_s * 1e3},
                                 {decode + "_tps", t.decode_tps()},
                                 {"peak_rss_bytes", t.peak_rss}};
  if (t.speculation) {
    timings["speculation"] = {{"passes", t.speculation->passes},
                              {"guessed", t.speculation->guessed},
                              {"accepted", t.speculation->accepted}};
  }
  if (t.dequant_cache) {
    timings["dequant_cache"] = {{"hits", t.dequant_cache->hits},
                                {"misses", t.dequant_cache->misses},
                                {"bytes", t.dequant_cache->bytes}};
  }
  nlohmann::ordered_json json{
      {"text", g.text}, {"tokens", g.tokens}, {"timings", timings}, {"tuning", g.tuning}};
  if (!g.profile.empty()) {
    json["read_gbps"] = g.read_gbps;
    json["profile"] = profile_to_json(g.profile);
  }
  fmt::print("{}\n", json.dump());
}

void print_timings(const Timings& t) {
  fmt::print(stderr, "\nload     {:10.1f} ms\nprefill  {:10.2f} t/s  ({} tokens)\n", t.load_ms,
             t.prefill_tps(), t.prompt_tokens);
  fmt::print(stderr, "decode   {:10.2f} t/s  ({} tokens{})\n", t.decode_tps(), t.decoded_tokens,
             t.speculation ? ", with guesses" : "");
  if (t.speculation) {
    fmt::print(stderr, "guesses  {:10} of {} right, {} passes over the weights\n",
               t.speculation->accepted, t.speculation->guessed, t.speculation->passes);
  }
  if (t.dequant_cache) {
    fmt::print(stderr, "cache    {:10} of {} matrices were there as floats, {:.1f} MiB held\n",
               t.dequant_cache->hits, t.dequant_cache->hits + t.dequant_cache->misses,
               static_cast<double>(t.dequant_cache->bytes) / (1 << 20));
  }
  fmt::print(stderr, "peak RSS {:10.1f} MiB\n", static_cast<double>(t.peak_rss) / (1 << 20));
}

int run(const RunArgs& args) {
  SessionOptions options = args.session.session_options();
  options.profile = args.profile;
  Session session = open_session(args.session.model, options);
  Generation generation = generate(args, session);
  generation.profile = session.profile();
  generation.tuning = session.tuning();
  if (args.profile) generation.read_gbps = measure_read_gbps();
  if (args.json) {
    print_json(generation);
  } else {
    fmt::print("\n");
    std::fflush(stdout);
    print_timings(generation.timings);
    if (args.profile) {
      fmt::print(stderr, "\nmemory roof {:.1f} GB/s\n{}", generation.read_gbps,
                 profile_table(generation.profile, generation.read_gbps));
    }
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
  command
      ->add_option("--speculate", args->speculate,
                   "Check up to N guesses a pass, from what followed the same words earlier; the "
                   "text is the same, repetitive text comes faster")
      ->check(CLI::Range(0, static_cast<int>(kDecodePassTokens) - 1));
  command->add_flag("--ignore-eos", args->ignore_eos, "Go on after the end-of-sequence token");
  command->add_flag("--profile", args->profile,
                    "Show where the time goes: per operation time, bytes, FLOPs and share of the "
                    "memory roof; with --json per layer too");
  command->add_flag("--json", args->json, "Print one JSON object: text, tokens, timings");
  command->footer(
      "Examples:\n"
      "  woolly run -m model.gguf -p \"Once upon a time\" -n 100 --temp 0\n"
      "  woolly run -m model.gguf -p \"Hello\" --impl reference --json\n"
      "  woolly run -m model.gguf -p \"$(cat report.txt)\" --temp 0 --speculate 8\n"
      "  woolly run -m model.gguf -p \"Hello\" -n 128 --profile\n"
      "  woolly run -m model.gguf -p \"Hello\" --cache-packed ~/.cache/woolly");
  command->callback([args, &action] { action = [args] { return run(*args); }; });
}

}  // namespace woolly::cli
