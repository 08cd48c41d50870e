// One end-to-end benchmark: a model and what is asked of it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace woolly::e2e {

using OptionList = std::vector<std::pair<std::string, std::string>>;

struct Benchmark {
  std::string model;           // path of a GGUF file
  int prompt_tokens = 512;     // prefilled, timed as one call
  int generated_tokens = 128;  // greedy decode steps, timed one by one
  int depth_tokens = 0;        // already in the KV cache before the prompt; untimed
  int batch = 1;               // sequences that run together, each with its own prompt
  int launches = 10;           // fresh processes
  int threads = 0;             // 0: every core this process may use
  std::string implementation = "fast";
  std::string cache_packed;   // directory of packed weights; "": none
  OptionList options;         // optimization flags, --opt name=value
  std::string expected_hash;  // of the generated tokens; "" when not known
  bool profile = false;       // record where the time goes
  bool in_turns = false;      // takes turns with other programs (engine/base/turns.h)
  double slowdown = 0;        // of prefill and decode, as a share, to see who notices
};

// In turns decoding is cut into so many, so that what slows a host down for a moment hits all
// programs alike.
inline constexpr int kDecodeTurns = 8;

// Whether it waits for its turn before decoding step 1, 2 ... of a round.
bool begins_turn(const Benchmark& benchmark, int step);

// The key in the database: "e2e/MODELSTEM/pp512_tg128_d0", with "_b16" for a batch of 16.
std::string benchmark_name(const Benchmark& benchmark);

// The model's file name without its last extension.
std::string model_stem(const Benchmark& benchmark);

// The part of a Benchmark that a scenario file or the command line says; what is unset stays.
struct Settings {
  std::optional<int> prompt_tokens;
  std::optional<int> generated_tokens;
  std::optional<int> depth_tokens;
  std::optional<int> batch;
  std::optional<int> launches;
  std::optional<int> threads;
  std::optional<std::string> implementation;
  std::optional<std::string> cache_packed;
  std::optional<std::string> expected_hash;
  std::optional<bool> profile;
  std::optional<bool> in_turns;
  std::optional<double> slowdown;
  OptionList options;
};

// A whole-number setting: its name in scenario files and (with "--") on the command line.
struct CountSetting {
  std::string_view name;
  std::optional<int> Settings::*field;
  int Benchmark::*target;
  int least;
  int most;
};
const std::vector<CountSetting>& count_settings();

// Throws Error (usage) that starts with `where` unless `value` is within the setting's limits.
void check_count(const CountSetting& setting, long long value, std::string_view where);

// True for 16 hex digits in lower case.
bool is_token_hash(std::string_view text);

// Overwrites what `settings` says. An option replaces an earlier one of the same name.
void apply(const Settings& settings, Benchmark& benchmark);

// "name=value" of the command line. Throws Error (usage) without "=" or a name.
std::pair<std::string, std::string> parse_option(std::string_view text);

}  // namespace woolly::e2e
