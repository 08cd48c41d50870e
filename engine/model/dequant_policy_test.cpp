#include "engine/model/dequant_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace woolly {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Outcome = DequantPolicy::Outcome;

constexpr Eviction kAll[] = {Eviction::kPinned, Eviction::kMru, Eviction::kLru};

Outcome use_alone(DequantPolicy& policy, std::size_t key, std::size_t bytes) {
  const Outcome outcome = policy.use(key, bytes);
  policy.release();
  return outcome;
}

// Hits of each cycle over `items` items of 10 bytes.
std::vector<std::uint64_t> hits_per_cycle(Eviction eviction, std::size_t items, std::size_t limit) {
  DequantPolicy policy(eviction, limit, items);
  std::vector<std::uint64_t> result;
  for (int cycle = 0; cycle < 8; ++cycle) {
    const std::uint64_t before = policy.counts().hits;
    for (std::size_t key = 0; key < items; ++key) {
      use_alone(policy, key, 10);
      EXPECT_LE(policy.counts().bytes, limit);
    }
    result.push_back(policy.counts().hits - before);
  }
  EXPECT_EQ(policy.counts().hits + policy.counts().misses, 8 * items);
  return result;
}

TEST(DequantPolicy, LruHitsNothingOfACycleThatIsLargerAndTheOthersHitWhatFits) {
  EXPECT_THAT(hits_per_cycle(Eviction::kPinned, 20, 100),
              ElementsAre(0, 10, 10, 10, 10, 10, 10, 10));
  EXPECT_THAT(hits_per_cycle(Eviction::kLru, 20, 100), ElementsAre(0, 0, 0, 0, 0, 0, 0, 0));
  const std::vector<std::uint64_t> mru = hits_per_cycle(Eviction::kMru, 20, 100);
  EXPECT_EQ(mru.front(), 0U);
  EXPECT_THAT(std::vector(mru.begin() + 1, mru.end()), ::testing::Each(::testing::AnyOf(9, 10)));
}

TEST(DequantPolicy, AllHitEverythingThatFits) {
  for (const Eviction eviction : kAll) {
    EXPECT_THAT(hits_per_cycle(eviction, 10, 100), ElementsAre(0, 10, 10, 10, 10, 10, 10, 10));
  }
}

TEST(DequantPolicy, EvictsByRecency) {
  const auto evicted = [](Eviction eviction) {
    DequantPolicy policy(eviction, 30, 4);
    for (const std::size_t key : {0U, 1U, 2U, 0U}) use_alone(policy, key, 10);
    use_alone(policy, 3, 20);
    return std::vector(policy.evicted().begin(), policy.evicted().end());
  };
  EXPECT_THAT(evicted(Eviction::kLru), ElementsAre(1, 2));
  EXPECT_THAT(evicted(Eviction::kMru), ElementsAre(0, 2));
  EXPECT_THAT(evicted(Eviction::kPinned), IsEmpty());
}

TEST(DequantPolicy, WhatCannotFitEvictsNothing) {
  for (const Eviction eviction : kAll) {
    DequantPolicy policy(eviction, 30, 4);
    EXPECT_EQ(use_alone(policy, 0, 30), Outcome::kAdmitted);
    EXPECT_EQ(use_alone(policy, 1, 31), Outcome::kRefused);
    EXPECT_THAT(policy.evicted(), IsEmpty());
    EXPECT_EQ(use_alone(policy, 0, 30), Outcome::kHit);
  }
}

TEST(DequantPolicy, WhatIsInUseStays) {
  for (const Eviction eviction : {Eviction::kMru, Eviction::kLru}) {
    DequantPolicy policy(eviction, 30, 4);
    use_alone(policy, 0, 10);
    use_alone(policy, 1, 10);
    EXPECT_EQ(policy.use(1, 10), Outcome::kHit);
    EXPECT_EQ(policy.use(2, 20), Outcome::kAdmitted);
    EXPECT_THAT(policy.evicted(), ElementsAre(0));
    EXPECT_EQ(policy.use(3, 10), Outcome::kRefused);
    policy.release();
    EXPECT_EQ(policy.use(3, 10), Outcome::kAdmitted);
    EXPECT_THAT(policy.evicted(), ElementsAre(eviction == Eviction::kMru ? 2 : 1));
  }
}

TEST(DequantPolicy, DroppedItemsMakeRoom) {
  DequantPolicy policy(Eviction::kPinned, 10, 6);
  EXPECT_EQ(policy.use(4, 10), Outcome::kAdmitted);
  policy.drop(4);
  EXPECT_EQ(policy.counts().bytes, 0U);
  EXPECT_EQ(policy.use(5, 10), Outcome::kAdmitted);
}

}  // namespace
}  // namespace woolly
