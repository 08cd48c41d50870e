#include "engine/runtime/sampler/candidates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include <woolly/error.h>

namespace woolly::sampling {
namespace {

using testing::ElementsAre;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::vector<TokenId> ids(const Candidates& candidates) {
  std::vector<TokenId> out;
  for (const Candidate& c : candidates) out.push_back(c.id);
  return out;
}

// Candidates with probabilities 0.4, 0.3, 0.2, 0.1 for ids 2, 0, 3, 1.
Candidates four() {
  const std::vector<double> probabilities = {0.3, 0.1, 0.4, 0.2};
  std::vector<float> logits;
  for (const double p : probabilities) logits.push_back(static_cast<float>(std::log(p)));
  Candidates candidates;
  take_top_k(logits, 0, candidates);
  weigh(candidates, logits[2], 1.0F);
  return candidates;
}

void expect_broken(const std::vector<float>& logits, const std::string& part) {
  try {
    best_token(logits);
    ADD_FAILURE() << "expected an error with: " << part;
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kInternal);
    EXPECT_THAT(error.message(), testing::HasSubstr(part));
  }
}

TEST(BestToken, HighestAndLowestIdAmongEquals) {
  EXPECT_EQ(best_token(std::vector<float>{-3, 2, 5, 5, 1}), 2);
  EXPECT_EQ(best_token(std::vector<float>{-kInfinity, -9}), 1);
}

TEST(BestToken, BrokenLogits) {
  expect_broken({1, std::nanf(""), 2}, "the logit of token 1 is nan");
  expect_broken({1, 2, kInfinity}, "the logit of token 2 is inf");
  expect_broken({-kInfinity, -kInfinity}, "none of 2 logits");
  expect_broken({}, "none of 0 logits");
}

TEST(TakeTopK, BestFirstTiesByLowerId) {
  const std::vector<float> logits = {1, 5, 3, 5, 3, 0};
  Candidates out;
  take_top_k(logits, 3, out);
  EXPECT_THAT(ids(out), ElementsAre(1, 3, 2));
  take_top_k(logits, 1, out);
  EXPECT_THAT(ids(out), ElementsAre(1));
}

TEST(TakeTopK, AllOfThem) {
  const std::vector<float> logits = {1, 5, 3};
  Candidates out;
  for (const int k : {0, 3, 4, std::numeric_limits<int>::max()}) {
    take_top_k(logits, k, out);
    EXPECT_THAT(ids(out), ElementsAre(0, 1, 2)) << k;
  }
}

TEST(TakeTopK, AgreesWithSorting) {
  std::mt19937 random(3);
  std::vector<float> logits(1000);
  for (float& logit : logits) logit = static_cast<float>(random() % 50);  // many ties
  Candidates all;
  take_top_k(logits, 0, all);
  std::sort(all.begin(), all.end(), better);
  for (const int k : {1, 2, 40, 999}) {
    Candidates out;
    take_top_k(logits, k, out);
    EXPECT_EQ(ids(out), ids(Candidates(all.begin(), all.begin() + k)));
  }
}

TEST(Weigh, IsTheSoftmaxUpToAConstant) {
  Candidates candidates = four();
  EXPECT_NEAR(candidates[0].weight, 0.75, 1e-7);
  EXPECT_NEAR(candidates[1].weight, 0.25, 1e-7);
  EXPECT_EQ(candidates[2].weight, 1.0);
  EXPECT_NEAR(candidates[3].weight, 0.5, 1e-7);
  weigh(candidates, candidates[2].logit, 0.5F);
  EXPECT_NEAR(candidates[3].weight, 0.25, 1e-7) << "half the temperature squares the ratio";
  weigh(candidates, candidates[2].logit, std::numeric_limits<float>::denorm_min());
  EXPECT_EQ(candidates[0].weight, 0.0);
  EXPECT_EQ(candidates[2].weight, 1.0);
}

TEST(KeepTopP, FewestThatReachIt) {
  for (const auto& [top_p, kept] :
       std::vector<std::pair<float, std::vector<TokenId>>>{{0.0F, {2}},
                                                           {1e-9F, {2}},
                                                           {0.39F, {2}},
                                                           {0.41F, {2, 0}},
                                                           {0.69F, {2, 0}},
                                                           {0.71F, {2, 0, 3}},
                                                           {0.91F, {2, 0, 3, 1}},
                                                           {1.0F, {2, 0, 3, 1}}}) {
    Candidates candidates = four();
    keep_top_p(candidates, top_p);
    EXPECT_EQ(ids(candidates), kept) << top_p;
  }
}

TEST(KeepTopP, EqualProbabilitiesLowerIdsFirst) {
  const std::vector<float> logits(1000, 2.5F);
  Candidates candidates;
  take_top_k(logits, 0, candidates);
  weigh(candidates, 2.5F, 1.0F);
  keep_top_p(candidates, 0.5F);
  ASSERT_EQ(candidates.size(), 500U);
  for (TokenId id = 0; id < 500; ++id) EXPECT_EQ(candidates[static_cast<std::size_t>(id)].id, id);
}

TEST(KeepMinP, RelativeToTheBest) {
  for (const auto& [min_p, kept] :
       std::vector<std::pair<float, std::vector<TokenId>>>{{0.0F, {0, 1, 2, 3}},
                                                           {0.24F, {0, 1, 2, 3}},
                                                           {0.26F, {0, 2, 3}},
                                                           {0.51F, {0, 2}},
                                                           {0.76F, {2}},
                                                           {1.0F, {2}}}) {
    Candidates candidates = four();
    keep_min_p(candidates, min_p);
    EXPECT_EQ(ids(candidates), kept) << min_p;
  }
}

TEST(Pick, LaysTheWeightsEndToEnd) {
  const Candidates candidates = {{0, 7, 0.0}, {0, 8, 1.0}, {0, 9, 0.5}, {0, 10, 0.0}, {0, 11, 0.5}};
  EXPECT_EQ(pick(candidates, 0.0), 8) << "never one of weight 0";
  EXPECT_EQ(pick(candidates, 0.499), 8);
  EXPECT_EQ(pick(candidates, 0.5), 9);
  EXPECT_EQ(pick(candidates, 0.75), 11);
  EXPECT_EQ(pick(candidates, 0x1.fffffffffffffp-1), 11);
}

}  // namespace
}  // namespace woolly::sampling
