#include "e2e/sequences.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include <woolly/error.h>

namespace woolly::e2e {
namespace {

SamplerOptions greedy() {
  SamplerOptions options;
  options.temperature = 0;
  return options;
}

void check_finite(std::span<const float> logits, int step) {
  const bool finite =
      std::all_of(logits.begin(), logits.end(), [](float logit) { return std::isfinite(logit); });
  if (finite) return;
  throw Error(ExitCode::kBenchmarkFailed,
              fmt::format("the logits of generated token {} are not finite", step + 1));
}

}  // namespace

Sequences::Sequences(Session& session, const Benchmark& benchmark)
    : session_(session),
      sampler_(greedy()),
      ids_{0},
      tokens_(static_cast<std::size_t>(benchmark.batch)),
      logits_(tokens_.size()),
      chosen_(tokens_.size()) {
  while (ids_.size() < tokens_.size()) ids_.push_back(session.join());
}

void Sequences::set_prompt(std::span<const TokenId> tokens) {
  prompts_.assign(count(), {tokens.begin(), tokens.end()});
  for (std::size_t i = 1; i < count(); ++i) {  // the first stays: it may be the begin of the text
    const auto rest = prompts_[i].begin() + 1;
    const auto length = static_cast<std::size_t>(prompts_[i].end() - rest);
    if (length > 0)
      std::rotate(rest, rest + static_cast<std::ptrdiff_t>(i % length), prompts_[i].end());
  }
}

void Sequences::run_prompt(std::size_t begin, std::size_t end) {
  for (std::size_t i = 0; i < count(); ++i) {
    tokens_[i] = std::span(prompts_[i]).subspan(begin, end - begin);
  }
  run(tokens_);
}

void Sequences::run_chosen() {
  for (std::size_t i = 0; i < count(); ++i) tokens_[i] = {&chosen_[i], 1};
  run(tokens_);
}

void Sequences::run(std::span<const std::span<const TokenId>> tokens) {
  if (count() == 1) {
    own_logits_ = session_.prefill(tokens[0]);
    return;
  }
  std::vector<Session::Input> inputs;
  for (std::size_t i = 0; i < count(); ++i) inputs.push_back({ids_[i], tokens[i]});
  session_.run(inputs, [this](int i, std::span<const float> logits) {
    logits_[static_cast<std::size_t>(i)].assign(logits.begin(), logits.end());
  });
}

std::span<const TokenId> Sequences::choose(int step) {
  for (std::size_t i = 0; i < count(); ++i) {
    const std::span<const float> logits = count() == 1 ? own_logits_ : logits_[i];
    chosen_[i] = sampler_.sample(logits);
    check_finite(logits, step);
  }
  return chosen_;
}

void Sequences::truncate(int position) {
  for (const int id : ids_) session_.truncate(id, position);
}

}  // namespace woolly::e2e
