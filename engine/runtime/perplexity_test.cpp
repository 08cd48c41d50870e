#include "engine/runtime/perplexity.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include <woolly/error.h>

#include "engine/base/test_support.h"
#include "engine/model/model_test_support.h"

namespace woolly {
namespace {

using test::SmallModel;

// A model whose logits do not depend on its input: `logit` for token `likely`, 0 for all others.
SmallModel constant_model(TokenId likely, float logit) {
  SmallModel model(1);
  auto& tensors = model.tensors;
  std::fill(tensors["output.weight"].values.begin(), tensors["output.weight"].values.end(), 0.0F);
  for (auto& [name, tensor] : tensors) {
    const bool silent = name == "blk.0.attn_v.weight" || name == "blk.0.ffn_gate.weight";
    if (silent) std::fill(tensor.values.begin(), tensor.values.end(), 0.0F);
  }
  // Every embedding is (1, 0, 0, ...): normed, its first value is sqrt(width).
  auto& embedding = tensors["token_embd.weight"].values;
  std::fill(embedding.begin(), embedding.end(), 0.0F);
  for (std::size_t id = 0; id < model.vocab_size; ++id) embedding[id * SmallModel::kWidth] = 1.0F;
  std::fill(tensors["output_norm.weight"].values.begin(),
            tensors["output_norm.weight"].values.end(), 1.0F);
  tensors["output.weight"].values[static_cast<std::size_t>(likely) * SmallModel::kWidth] =
      logit / std::sqrt(static_cast<float>(SmallModel::kWidth));
  return model;
}

Perplexity measure(const SmallModel& model, const std::string& text, int window) {
  const test::TemporaryFolder folder;
  model.write(folder / "m.gguf");
  Session session = Session::open((folder / "m.gguf").string(), {});
  return measure_perplexity(session, text, window);
}

TEST(Perplexity, UniformModelHasTheVocabularysSize) {
  const Perplexity p = measure(constant_model(0, 0.0F), std::string(100, 'b'), 16);
  EXPECT_NEAR(p.value, 264.0, 1e-3);
  EXPECT_NEAR(p.standard_error, 0.0, 1e-3);
  EXPECT_EQ(p.windows, 6);  // 1 BOS + 1 space + 100 letters = 102 tokens = 6 whole windows
  EXPECT_EQ(p.tokens_scored, 6 * 7);  // positions 8 .. 14 predict 9 .. 15
}

TEST(Perplexity, CertainModelAndItsStandardError) {
  constexpr TokenId kB = 259 + 2;
  const double others = 263;
  const double sure = -std::log(std::exp(10.0) / (std::exp(10.0) + others));
  const Perplexity p = measure(constant_model(kB, 10.0F), std::string(100, 'b'), 16);
  EXPECT_NEAR(p.value, std::exp(sure), 1e-4);
  // Every fourth letter is unlikely: two values of the likelihood, their spread is known.
  std::string text;
  for (int i = 0; i < 200; ++i) text += i % 4 == 0 ? 'Z' : 'b';
  const Perplexity mixed = measure(constant_model(kB, 10.0F), text, 16);
  const double wrong = sure + 10.0;
  const double n = mixed.tokens_scored;
  const double mean = std::log(mixed.value);
  const double share = (mean - sure) / 10.0;
  EXPECT_NEAR(share, 0.25, 0.05);
  const double variance = share * wrong * wrong + (1 - share) * sure * sure - mean * mean;
  EXPECT_NEAR(mixed.standard_error, mixed.value * std::sqrt(variance / (n - 1)), 1e-3);
}

TEST(Perplexity, RefusesWindowsThatDoNotFit) {
  EXPECT_THROW(measure(SmallModel(1), "bbb", 16), Error);
  EXPECT_THROW(measure(SmallModel(1), std::string(100, 'b'), 3), Error);
  EXPECT_THROW(measure(SmallModel(1), std::string(5000, 'b'), 701), Error);
}

}  // namespace
}  // namespace woolly
