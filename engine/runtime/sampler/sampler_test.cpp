#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include <woolly/error.h>
#include <woolly/sampler.h>

namespace woolly {
namespace {

using testing::ElementsAre;
using Logits = std::vector<float>;

// Nothing but temperature 1: draws follow the softmax.
SamplerOptions plain(std::uint64_t seed = 1) {
  return {.temperature = 1.0F, .top_k = 0, .top_p = 1.0F, .min_p = 0.0F, .seed = seed};
}

SamplerOptions greedy() { return {.temperature = 0.0F}; }

std::vector<TokenId> draw(Sampler& sampler, const Logits& logits, int count) {
  std::vector<TokenId> tokens;
  for (int i = 0; i < count; ++i) tokens.push_back(sampler.sample(logits));
  return tokens;
}

std::vector<int> histogram(const SamplerOptions& options, const Logits& logits, int count) {
  Sampler sampler(options);
  std::vector<int> counts(logits.size());
  for (const TokenId token : draw(sampler, logits, count))
    ++counts[static_cast<std::size_t>(token)];
  return counts;
}

double chi_square(const std::vector<int>& counts, const std::vector<double>& probabilities) {
  int draws = 0;
  for (const int count : counts) draws += count;
  double sum = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double expected = draws * probabilities[i];
    if (expected == 0) {
      EXPECT_EQ(counts[i], 0) << i;
    } else {
      sum += (counts[i] - expected) * (counts[i] - expected) / expected;
    }
  }
  return sum;
}

Logits logs(const std::vector<double>& probabilities) {
  Logits logits;
  for (const double p : probabilities) logits.push_back(static_cast<float>(std::log(p)));
  return logits;
}

const std::vector<double> kFour = {0.3, 0.1, 0.4, 0.2};
constexpr int kDraws = 20'000;
constexpr double kChi3 = 16.27;  // 3 degrees of freedom, p = 0.001
constexpr double kChi1 = 10.83;

TEST(Sampler, GreedyTakesTheBestAndTheLowerIdAmongEquals) {
  Sampler sampler(greedy());
  EXPECT_EQ(sampler.sample(Logits{0, 3, 9, 9}), 2);
  EXPECT_EQ(sampler.sample(Logits{-1}), 0);
}

TEST(Sampler, DrawsFollowTheSoftmax) {
  EXPECT_LT(chi_square(histogram(plain(), logs(kFour), kDraws), kFour), kChi3);
}

TEST(Sampler, TemperatureSharpensAndFlattens) {
  SamplerOptions options = plain();
  options.temperature = 0.5F;  // squares the probabilities
  EXPECT_LT(chi_square(histogram(options, logs(kFour), kDraws),
                       {0.09 / 0.30, 0.01 / 0.30, 0.16 / 0.30, 0.04 / 0.30}),
            kChi3);
  options.temperature = 1e30F;
  EXPECT_LT(chi_square(histogram(options, logs(kFour), kDraws), {0.25, 0.25, 0.25, 0.25}), kChi3);
  options.temperature = 1e-30F;
  EXPECT_EQ(histogram(options, logs(kFour), 100), (std::vector<int>{0, 0, 100, 0}));
}

TEST(Sampler, EachFilterLeavesItsPart) {
  const std::vector<double> two_best = {3.0 / 7, 0, 4.0 / 7, 0};
  SamplerOptions options = plain();
  options.top_k = 2;
  EXPECT_LT(chi_square(histogram(options, logs(kFour), kDraws), two_best), kChi1);
  options = plain();
  options.top_p = 0.6F;
  EXPECT_LT(chi_square(histogram(options, logs(kFour), kDraws), two_best), kChi1);
  options = plain();
  options.min_p = 0.6F;
  EXPECT_LT(chi_square(histogram(options, logs(kFour), kDraws), two_best), kChi1);
}

TEST(Sampler, TopPCountsWhatTopKLeft) {
  SamplerOptions options = plain();
  options.top_k = 2;      // 0.4 and 0.3 become 4/7 = 0.571 and 3/7
  options.top_p = 0.55F;  // one is enough now, two would be needed without top_k
  EXPECT_EQ(histogram(options, logs(kFour), 100), (std::vector<int>{0, 0, 100, 0}));
}

TEST(Sampler, FiltersComeBeforeTemperature) {
  SamplerOptions options = plain();
  options.temperature = 100.0F;
  options.top_p = 0.35F;
  EXPECT_EQ(histogram(options, logs(kFour), 100), (std::vector<int>{0, 0, 100, 0}));
}

TEST(Sampler, ExtremeFilters) {
  SamplerOptions options = plain();
  options.top_k = std::numeric_limits<int>::max();
  EXPECT_LT(chi_square(histogram(options, logs(kFour), kDraws), kFour), kChi3);
  for (const float top_p : {0.0F, 1e-20F}) {
    options = plain();
    options.top_p = top_p;
    EXPECT_EQ(histogram(options, logs(kFour), 50), (std::vector<int>{0, 0, 50, 0}));
  }
  options = plain();
  options.min_p = 1.0F;
  const std::vector<int> ties = histogram(options, {2, 5, 5, 1}, 1000);
  EXPECT_EQ(ties[0] + ties[3], 0);
  EXPECT_GT(std::min(ties[1], ties[2]), 400) << "equally good ones both stay";
}

TEST(Sampler, MinusInfinityIsNeverDrawn) {
  const float masked = -std::numeric_limits<float>::infinity();
  const std::vector<int> counts = histogram(plain(), {masked, 0, masked, 0}, 1000);
  EXPECT_EQ(counts[0] + counts[2], 0);
  SamplerOptions options = plain();
  options.temperature = std::numeric_limits<float>::max();
  EXPECT_EQ(histogram(options, {masked, 0, masked, masked}, 100)[1], 100);
}

TEST(Sampler, SameSeedSameTokens) {
  const Logits logits = logs({0.2, 0.1, 0.05, 0.05, 0.3, 0.1, 0.1, 0.1});
  Sampler a(plain(7));
  Sampler b(plain(7));
  Sampler c(plain(8));
  const std::vector<TokenId> tokens = draw(a, logits, 100);
  EXPECT_EQ(draw(b, logits, 100), tokens);
  EXPECT_NE(draw(c, logits, 100), tokens);
}

// A golden sequence: a change to it changes every seeded text users have.
TEST(Sampler, TheSequenceNeverChanges) {
  Logits logits;
  for (int i = 0; i < 100; ++i) logits.push_back(static_cast<float>((i * 37) % 100) / 20.0F);
  Sampler sampler({.seed = 42});
  EXPECT_THAT(draw(sampler, logits, 12), ElementsAre(54, 89, 5, 56, 18, 13, 59, 21, 13, 24, 5, 35));
}

TEST(Sampler, PenaltyActsOnBothSignsOncePerToken) {
  SamplerOptions options = greedy();
  options.repeat_penalty = 2.0F;
  Sampler sampler(options);
  sampler.accept(std::vector<TokenId>{0, 0, 0});
  EXPECT_EQ(sampler.sample(Logits{3.0F, 1.0F, 1.4F}), 0) << "3 / 2 once, not three times";
  EXPECT_EQ(sampler.sample(Logits{3.0F, 1.0F, 1.6F}), 2);
  Sampler negative(options);
  negative.accept(std::vector<TokenId>{0});
  EXPECT_EQ(negative.sample(Logits{-1.0F, -1.5F}), 1) << "-1 becomes -2";
}

TEST(Sampler, PenaltyForgetsAfterLastN) {
  SamplerOptions options = greedy();
  options.repeat_penalty = 10.0F;
  options.repeat_last_n = 2;
  Sampler sampler(options);
  const Logits logits = {9, 8, 7, 6};
  EXPECT_THAT(draw(sampler, logits, 7), ElementsAre(0, 1, 2, 0, 1, 2, 0));
  sampler.accept(std::vector<TokenId>{3, 3});
  EXPECT_EQ(sampler.sample(logits), 0);
}

TEST(Sampler, PenaltyOffByEitherOption) {
  SamplerOptions options = greedy();
  options.repeat_penalty = 10.0F;
  options.repeat_last_n = 0;
  Sampler without_memory(options);
  EXPECT_THAT(draw(without_memory, {1, 2}, 3), ElementsAre(1, 1, 1));
  Sampler without_penalty(greedy());
  EXPECT_THAT(draw(without_penalty, {1, 2}, 3), ElementsAre(1, 1, 1));
}

TEST(Sampler, AcceptedIdsWithoutALogitAreIgnored) {
  SamplerOptions options = greedy();
  options.repeat_penalty = 2.0F;
  Sampler sampler(options);
  sampler.accept(std::vector<TokenId>{-1, 5, std::numeric_limits<TokenId>::max()});
  EXPECT_EQ(sampler.sample(Logits{1, 2}), 1);
}

TEST(Sampler, MovedSamplerGoesOn) {
  const Logits logits = logs(kFour);
  Sampler whole(plain(3));
  std::vector<TokenId> expected = draw(whole, logits, 20);
  Sampler first(plain(3));
  std::vector<TokenId> tokens = draw(first, logits, 10);
  Sampler second(std::move(first));
  for (const TokenId token : draw(second, logits, 10)) tokens.push_back(token);
  EXPECT_EQ(tokens, expected);
}

TEST(Sampler, BrokenLogitsAreAnInternalError) {
  for (const SamplerOptions& options : {greedy(), plain(), SamplerOptions{}}) {
    Sampler sampler(options);
    for (const Logits& logits : {Logits{1, std::nanf(""), 2}, Logits{}}) {
      try {
        sampler.sample(logits);
        ADD_FAILURE();
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ExitCode::kInternal);
      }
    }
  }
}

void expect_refused(const SamplerOptions& options, const std::string& name) {
  try {
    const Sampler sampler(options);
    ADD_FAILURE() << name;
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    EXPECT_THAT(error.message(), testing::StartsWith(name + " is "));
  }
}

TEST(Sampler, OptionsOutOfRange) {
  const float nan = std::nanf("");
  const float infinity = std::numeric_limits<float>::infinity();
  for (const float t : {-0.1F, nan, infinity}) expect_refused({.temperature = t}, "temperature");
  expect_refused({.top_k = -1}, "top_k");
  for (const float p : {-0.1F, 1.1F, nan}) expect_refused({.top_p = p}, "top_p");
  for (const float p : {-0.1F, 1.1F, nan}) expect_refused({.min_p = p}, "min_p");
  for (const float p : {0.0F, -1.0F, nan, infinity}) {
    expect_refused({.repeat_penalty = p}, "repeat_penalty");
  }
  expect_refused({.repeat_last_n = -1}, "repeat_last_n");
  expect_refused({.repeat_last_n = 2'000'000'000}, "repeat_last_n");
}

}  // namespace
}  // namespace woolly
