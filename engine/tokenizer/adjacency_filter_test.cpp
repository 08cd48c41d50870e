#include "engine/tokenizer/adjacency_filter.h"

#include <gtest/gtest.h>

namespace woolly {
namespace {

TEST(AdjacencyFilter, KeepsWhatWasAddedAndItsDirection) {
  AdjacencyFilter filter;
  EXPECT_FALSE(filter.may_join('a', 'b'));
  filter.add('a', 'b');
  EXPECT_TRUE(filter.may_join('a', 'b'));
  EXPECT_FALSE(filter.may_join('b', 'a'));
}

TEST(AdjacencyFilter, FewFalsePositivesAtTheSizeOfAVocabulary) {
  AdjacencyFilter filter;
  for (std::uint32_t left = 0; left < 200; ++left) {
    for (std::uint32_t right = 0; right < 100; ++right) filter.add(left, right);
  }
  int false_positives = 0;
  for (std::uint32_t left = 0; left < 200; ++left) {
    for (std::uint32_t right = 0; right < 100; ++right) {
      EXPECT_TRUE(filter.may_join(left, right));
      false_positives += filter.may_join(left + 1000, right) ? 1 : 0;
    }
  }
  EXPECT_LT(false_positives, 20'000 / 10);
}

TEST(PackCharacter, DistinctForDistinctBytes) {
  EXPECT_EQ(pack_character("A"), 0x41U);
  EXPECT_EQ(pack_character("\xE2\x96\x81"), 0xE29681U);
  EXPECT_EQ(pack_character("\xFF"), 0xFFU);
}

}  // namespace
}  // namespace woolly
