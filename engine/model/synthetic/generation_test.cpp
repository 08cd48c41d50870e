// Text of the synthetic model, by the reference forward pass: what benchmarks and examples will
// show.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "engine/base/cpu_features.h"
#include "engine/base/test_support.h"
#include "engine/model/forward.h"
#include "engine/model/kv_cache.h"
#include "engine/model/llama_model.h"
#include "engine/model/synthetic/syllable_vocabulary.h"
#include "engine/model/synthetic/synthetic_model.h"

namespace woolly {
namespace {

std::vector<TokenId> greedy_text(const LlamaModel& model, std::size_t count) {
  KvCache cache(model.config, count, DType::kF32);
  const auto forward = make_reference_forward(model, cache);
  std::vector<TokenId> tokens{static_cast<TokenId>(SyllableVocabulary::kBos)};
  for (std::size_t n = 0; n < count; ++n) {
    TokenId next = -1;
    forward->run({&tokens.back(), 1}, n, 0, [&](std::size_t, std::span<const float> logits) {
      double squares = 0;
      for (const float x : logits) squares += static_cast<double>(x) * x;
      const double rms = std::sqrt(squares / static_cast<double>(logits.size()));
      EXPECT_GT(rms, 0.3);
      EXPECT_LT(rms, 3.0);
      next = static_cast<TokenId>(std::max_element(logits.begin(), logits.end()) - logits.begin());
    });
    tokens.push_back(next);
  }
  return tokens;
}

// Tokens in a row that each equal the one `period` before them, the longest such run.
std::size_t longest_repetition(const std::vector<TokenId>& tokens, std::size_t period) {
  std::size_t longest = 0;
  std::size_t run = 0;
  for (std::size_t i = period; i < tokens.size(); ++i) {
    run = tokens[i] == tokens[i - period] ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

TEST(SyntheticModel, GreedyTextIsVariedReadableAndEndless) {
  const test::TemporaryFolder folder;
  for (const char* type : {"F32", "Q4_K_M"}) {
    SyntheticOptions options;
    options.type = type;
    options.output = folder / type;
    ThreadPool pool(2);
    write_synthetic_model(options, pool);
    const LlamaModel model = LlamaModel::load(options.output, choose_isa(detect_cpu_features()));
    const std::vector<TokenId> tokens = greedy_text(model, 64);
    for (std::size_t period = 1; period <= 12; ++period) {
      EXPECT_LT(longest_repetition(tokens, period), 24U) << type << ", period " << period;
    }
    EXPECT_GT(std::set<TokenId>(tokens.begin(), tokens.end()).size(), 35U) << type;
    EXPECT_THAT(std::vector<TokenId>(tokens.begin() + 1, tokens.end()),
                testing::Each(testing::Ge(static_cast<TokenId>(SyllableVocabulary::kFirstPiece))))
        << type;
  }
}

}  // namespace
}  // namespace woolly
