#include "engine/runtime/perplexity.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include <woolly/error.h>

#include "engine/base/test_support.h"
#include "engine/model/model_test_support.h"
#include "engine/model/synthetic/synthetic_test_support.h"

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
  return measure_perplexity(session, text, {window});
}

SessionOptions exact_options(const std::string& implementation = "fast") {
  SessionOptions options;
  options.implementation = implementation;
  options.opts = {{"gemm", "blas"}, {"kv_type", "f32"}};
  return options;
}

// KL divergence of the tiny synthetic model of a type from that of f32, in batches of `batch`.
KlDivergence divergence(const std::string& type, const SessionOptions& options, int batch = 0) {
  const test::TemporaryFolder folder;
  test::write_tiny_model("F32", folder / "base.gguf");
  test::write_tiny_model(type, folder / "m.gguf");
  Session base = Session::open((folder / "base.gguf").string(), exact_options());
  Session session = Session::open((folder / "m.gguf").string(), options);
  const std::string text(200, 'b');
  return measure_perplexity(session, text, {32, batch, &base}).kl_divergence.value();
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

TEST(Perplexity, RefusesLogitsThatAreNotFinite) {
  SmallModel model(1);
  model.tensors["output.weight"].values[40] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(measure(model, std::string(100, 'b'), 16), Error);
}

TEST(Perplexity, IsTheSameInBatchesOfEverySize) {
  const test::TemporaryFolder folder;
  test::write_tiny_model("Q4_K_M", folder / "m.gguf");
  Session session = Session::open((folder / "m.gguf").string(), exact_options());
  const std::string text(200, 'b');
  const Perplexity whole = measure_perplexity(session, text, {32});
  for (const int batch : {1, 5, 8, 16, 31, 32, 1000}) {
    const Perplexity p = measure_perplexity(session, text, {32, batch});
    EXPECT_NEAR(p.value / whole.value, 1.0, 1e-6) << batch;
    EXPECT_EQ(p.tokens_scored, whole.tokens_scored) << batch;
  }
}

TEST(Perplexity, DivergenceOfAKnownModelFromAKnownBase) {
  const test::TemporaryFolder folder;
  constant_model(0, 0.0F).write(folder / "uniform.gguf");
  constant_model(7, 10.0F).write(folder / "sure.gguf");
  Session base = Session::open((folder / "uniform.gguf").string(), {});
  Session session = Session::open((folder / "sure.gguf").string(), {});
  const Perplexity p = measure_perplexity(session, std::string(100, 'b'), {16, 0, &base});
  // The mean of the model's surprise over all tokens alike, less the base's.
  const double n = 264;
  const double logit = 10.0 / std::sqrt(1 + SmallModel::kWidth * 1e-5);  // the norm's epsilon
  const double expected = std::log(std::exp(logit) + n - 1) - logit / n - std::log(n);
  ASSERT_TRUE(p.kl_divergence);
  EXPECT_NEAR(p.kl_divergence->mean, expected, 1e-5);
  EXPECT_NEAR(p.kl_divergence->median, expected, 1e-5);
  EXPECT_EQ(p.kl_divergence->same_top1_pct, 0.0);
  EXPECT_FALSE(measure_perplexity(session, std::string(100, 'b'), {16}).kl_divergence);
}

TEST(Perplexity, DivergenceFromItselfIsZero) {
  const KlDivergence kl = divergence("F32", exact_options());
  EXPECT_EQ(kl.mean, 0.0);
  EXPECT_EQ(kl.max, 0.0);
  EXPECT_EQ(kl.same_top1_pct, 100.0);
}

// Why the quick implementation may stand for the truth.
TEST(Perplexity, FloatProductsAreAsExactAsTheReference) {
  EXPECT_LT(divergence("F32", exact_options("reference")).max, 1e-6);
}

TEST(Perplexity, DivergenceGrowsAsWeightsGetCoarser) {
  double finer = 0;
  for (const char* type : {"Q8_0", "Q4_0", "Q2_K"}) {
    const KlDivergence whole = divergence(type, {});
    EXPECT_GT(whole.mean, finer) << type;
    EXPECT_LE(whole.median, whole.p99) << type;
    EXPECT_LE(whole.p99, whole.max) << type;
    finer = whole.mean;
  }
}

TEST(Perplexity, BatchesOfFewTokensAreJudgedByTheirOwnPasses) {
  const test::TemporaryFolder folder;
  test::write_tiny_model("Q4_0", folder / "m.gguf");
  SessionOptions options;
  options.profile = true;
  Session session = Session::open((folder / "m.gguf").string(), options);
  const auto passes = [&](int batch) {
    session.clear_profile();
    measure_perplexity(session, std::string(200, 'b'), {32, batch});
    std::int64_t count = 0;
    for (const ProfileEntry& entry : session.profile()) {
      if (entry.operation == "embedding") count += entry.passes;
    }
    return count;
  };
  EXPECT_GT(passes(0), 0);
  EXPECT_EQ(passes(8), 4 * passes(0));
  EXPECT_LT(divergence("Q4_0", {}, 8).mean, 1.5 * divergence("Q4_0", {}).mean);
}

TEST(Perplexity, RefusesABaseThatDoesNotFit) {
  const test::TemporaryFolder folder;
  test::write_tiny_model("F32", folder / "m.gguf");
  SmallModel(1).write(folder / "other.gguf");
  Session session = Session::open((folder / "m.gguf").string(), {});
  Session other = Session::open((folder / "other.gguf").string(), {});
  SessionOptions options;
  options.context = 16;
  Session cramped = Session::open((folder / "m.gguf").string(), options);
  const std::string text(200, 'b');
  EXPECT_THROW(measure_perplexity(session, text, {32, 0, &other}), Error);
  EXPECT_THROW(measure_perplexity(session, text, {32, 0, &cramped}), Error);
}

}  // namespace
}  // namespace woolly
