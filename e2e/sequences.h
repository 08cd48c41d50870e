// The sequences of a benchmark over one session: one, as a single user has it, or a batch whose
// sequences run together.
#pragma once

#include <span>
#include <vector>

#include <woolly/sampler.h>
#include <woolly/session.h>

#include "e2e/benchmark.h"

namespace woolly::e2e {

class Sequences {
 public:
  // The session must outlive them and has no token yet.
  Sequences(Session& session, const Benchmark& benchmark);

  std::size_t count() const { return ids_.size(); }

  // The benchmark's prompt (depth and all) for each sequence: the same tokens in another order, so
  // that a batch is not one sequence many times.
  void set_prompt(std::span<const TokenId> tokens);

  // Runs tokens [begin, end) of every prompt.
  void run_prompt(std::size_t begin, std::size_t end);
  // Runs the token that choose() chose last for each.
  void run_chosen();
  // Greedily, from the logits of the last run. Throws Error (benchmark failed) when they are not
  // finite; `step` is for the message.
  std::span<const TokenId> choose(int step);

  void truncate(int position);

 private:
  void run(std::span<const std::span<const TokenId>> tokens);

  Session& session_;
  Sampler sampler_;
  std::vector<int> ids_;
  std::vector<std::vector<TokenId>> prompts_;
  std::vector<std::span<const TokenId>> tokens_;  // of the next run
  std::vector<std::vector<float>> logits_;        // of a batch
  std::span<const float> own_logits_;             // of a single sequence
  std::vector<TokenId> chosen_;
};

}  // namespace woolly::e2e
