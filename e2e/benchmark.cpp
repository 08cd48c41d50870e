#include "e2e/benchmark.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include <woolly/error.h>

namespace woolly::e2e {

std::string model_stem(const Benchmark& benchmark) {
  return std::filesystem::path(benchmark.model).stem().string();
}

std::string benchmark_name(const Benchmark& benchmark) {
  const std::string batch = benchmark.batch > 1 ? fmt::format("_b{}", benchmark.batch) : "";
  return fmt::format("e2e/{}/pp{}_tg{}_d{}{}", model_stem(benchmark), benchmark.prompt_tokens,
                     benchmark.generated_tokens, benchmark.depth_tokens, batch);
}

bool begins_turn(const Benchmark& benchmark, int step) {
  const int steps = std::max(1, benchmark.generated_tokens / kDecodeTurns);
  return benchmark.in_turns && (step - 1) % steps == 0;
}

const std::vector<CountSetting>& count_settings() {
  constexpr int kMostTokens = 1'000'000;
  static const std::vector<CountSetting> settings = {
      {"pp", &Settings::prompt_tokens, &Benchmark::prompt_tokens, 1, kMostTokens},
      {"tg", &Settings::generated_tokens, &Benchmark::generated_tokens, 0, kMostTokens},
      {"depth", &Settings::depth_tokens, &Benchmark::depth_tokens, 0, kMostTokens},
      {"batch", &Settings::batch, &Benchmark::batch, 1, 1024},
      {"launches", &Settings::launches, &Benchmark::launches, 1, 10'000},
      {"threads", &Settings::threads, &Benchmark::threads, 0, 4096},
  };
  return settings;
}

void check_count(const CountSetting& setting, long long value, std::string_view where) {
  if (value >= setting.least && value <= setting.most) return;
  throw_usage(fmt::format("{}: {} is not a whole number from {} to {}", where, value, setting.least,
                          setting.most));
}

bool is_token_hash(std::string_view text) {
  constexpr std::size_t kDigits = 16;
  return text.size() == kDigits &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

void apply(const Settings& settings, Benchmark& benchmark) {
  for (const CountSetting& count : count_settings()) {
    if (const std::optional<int>& value = settings.*count.field) benchmark.*count.target = *value;
  }
  if (settings.implementation) benchmark.implementation = *settings.implementation;
  if (settings.cache_packed) benchmark.cache_packed = *settings.cache_packed;
  if (settings.expected_hash) benchmark.expected_hash = *settings.expected_hash;
  if (settings.profile) benchmark.profile = *settings.profile;
  if (settings.slowdown) benchmark.slowdown = *settings.slowdown;
  if (settings.in_turns) benchmark.in_turns = *settings.in_turns;
  for (const auto& [name, value] : settings.options) {
    const auto known =
        std::find_if(benchmark.options.begin(), benchmark.options.end(),
                     [&key = name](const auto& option) { return option.first == key; });
    if (known != benchmark.options.end()) {
      known->second = value;
    } else {
      benchmark.options.emplace_back(name, value);
    }
  }
}

std::pair<std::string, std::string> parse_option(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    throw_usage(fmt::format("--opt {}: must be name=value, for example gemm=blas", text));
  }
  return {std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))};
}

}  // namespace woolly::e2e
