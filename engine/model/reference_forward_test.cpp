#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "engine/base/test_support.h"
#include "engine/model/forward.h"
#include "engine/model/model_test_support.h"

namespace woolly {
namespace {

using test::SmallModel;

constexpr std::size_t kWidth = SmallModel::kWidth;

void zero(SmallModel& model, const std::string& name) {
  std::fill(model.tensors.at(name).values.begin(), model.tensors.at(name).values.end(), 0.0F);
}

std::vector<double> normed(const std::vector<double>& x, const std::vector<float>& weight) {
  double sum = 0;
  for (const double value : x) sum += value * value;
  std::vector<double> y;
  for (std::size_t i = 0; i < x.size(); ++i) {
    y.push_back(x[i] / std::sqrt(sum / static_cast<double>(x.size()) + 1e-5) * weight[i]);
  }
  return y;
}

std::vector<std::vector<float>> logits_of(const SmallModel& small,
                                          const std::vector<TokenId>& tokens) {
  const test::TemporaryFolder folder;
  small.write(folder / "m.gguf");
  const LlamaModel model = LlamaModel::load(folder / "m.gguf", Isa::kGeneric);
  KvCache cache(model.config, 64, DType::kF32);
  std::vector<std::vector<float>> result;
  make_reference_forward(model, cache)->run(tokens, 0, 0, [&](std::size_t index, auto logits) {
    EXPECT_EQ(index, result.size());
    result.emplace_back(logits.begin(), logits.end());
  });
  return result;
}

// Zero keys make attention the plain mean of all values so far; a zero gate leaves out the
// feed-forward part. What remains can be written down.
TEST(ReferenceForward, MeanAttentionByHand) {
  SmallModel small(1);
  zero(small, "blk.0.attn_k.weight");
  zero(small, "blk.0.ffn_gate.weight");
  const std::vector<TokenId> tokens{5, 260, 1};
  const auto logits = logits_of(small, tokens);
  ASSERT_EQ(logits.size(), 3U);

  const auto& t = small.tensors;
  const auto& wv = t.at("blk.0.attn_v.weight").values;
  const auto& wo = t.at("blk.0.attn_output.weight").values;
  const auto& output = t.at("output.weight").values;
  std::vector<double> v_sum(SmallModel::kKvHeads * SmallModel::kHeadDim);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    std::vector<double> x(kWidth);
    for (std::size_t j = 0; j < kWidth; ++j) {
      x[j] = t.at("token_embd.weight").values[static_cast<std::size_t>(tokens[i]) * kWidth + j];
    }
    const std::vector<double> h = normed(x, t.at("blk.0.attn_norm.weight").values);
    for (std::size_t r = 0; r < v_sum.size(); ++r) {
      for (std::size_t j = 0; j < kWidth; ++j) v_sum[r] += wv[r * kWidth + j] * h[j];
    }
    for (std::size_t r = 0; r < kWidth; ++r) {
      for (std::size_t head = 0; head < SmallModel::kHeads; ++head) {
        for (std::size_t d = 0; d < SmallModel::kHeadDim; ++d) {
          const double mean =
              v_sum[head / 2 * SmallModel::kHeadDim + d] / static_cast<double>(i + 1);
          x[r] += wo[r * kWidth + head * SmallModel::kHeadDim + d] * mean;
        }
      }
    }
    const std::vector<double> last = normed(x, t.at("output_norm.weight").values);
    for (std::size_t id = 0; id < small.vocab_size; ++id) {
      double expected = 0;
      for (std::size_t j = 0; j < kWidth; ++j) expected += output[id * kWidth + j] * last[j];
      ASSERT_NEAR(logits[i][id], expected, 1e-5) << "token " << i << " logit " << id;
    }
  }
}

// The feed-forward part alone: zero values leave out attention.
TEST(ReferenceForward, FeedForwardByHand) {
  SmallModel small(1);
  zero(small, "blk.0.attn_v.weight");
  const auto logits = logits_of(small, {7});
  const auto& t = small.tensors;
  std::vector<double> x(kWidth);
  for (std::size_t j = 0; j < kWidth; ++j) x[j] = t.at("token_embd.weight").values[7 * kWidth + j];
  const std::vector<double> h = normed(x, t.at("blk.0.ffn_norm.weight").values);
  for (std::size_t f = 0; f < SmallModel::kFfnWidth; ++f) {
    double gate = 0;
    double up = 0;
    for (std::size_t j = 0; j < kWidth; ++j) {
      gate += t.at("blk.0.ffn_gate.weight").values[f * kWidth + j] * h[j];
      up += t.at("blk.0.ffn_up.weight").values[f * kWidth + j] * h[j];
    }
    const double activation = gate / (1 + std::exp(-gate)) * up;
    for (std::size_t r = 0; r < kWidth; ++r) {
      x[r] += t.at("blk.0.ffn_down.weight").values[r * SmallModel::kFfnWidth + f] * activation;
    }
  }
  const std::vector<double> last = normed(x, t.at("output_norm.weight").values);
  double expected = 0;
  for (std::size_t j = 0; j < kWidth; ++j)
    expected += t.at("output.weight").values[9 * kWidth + j] * last[j];
  EXPECT_NEAR(logits[0][9], expected, 1e-5);
}

// Without RoPE the last token would see the other two as a set.
TEST(ReferenceForward, OrderMatters) {
  const SmallModel small;
  const auto ab = logits_of(small, {5, 6, 7});
  const auto ba = logits_of(small, {6, 5, 7});
  float difference = 0;
  for (std::size_t i = 0; i < ab[2].size(); ++i) {
    difference = std::max(difference, std::fabs(ab[2][i] - ba[2][i]));
  }
  EXPECT_GT(difference, 1e-4F);
}

}  // namespace
}  // namespace woolly
