#include "engine/kernels/attention/decode_split.h"

#include <gtest/gtest.h>

#include <vector>

namespace woolly {
namespace {

struct Range {
  std::size_t begin, end, slot;
};

TEST(DecodeSplit, EveryKeyOnceInConsecutiveSlotsOfItsHead) {
  for (const std::size_t kv_heads : {1U, 2U, 3U, 4U, 8U, 32U}) {
    for (const std::size_t keys : {1U, 31U, 32U, 33U, 100U, 512U, 2047U}) {
      for (std::size_t threads = 1; threads <= 70; ++threads) {
        SCOPED_TRACE(testing::Message() << kv_heads << " " << keys << " " << threads);
        const DecodeSplit split(kv_heads, keys, threads);
        std::vector<std::vector<Range>> heads(kv_heads);
        for (std::size_t t = 0; t < threads; ++t) {
          split.for_ranges(
              t, [&](std::size_t head, std::size_t begin, std::size_t end, std::size_t slot) {
                heads[head].push_back({begin, end, slot});
              });
        }
        std::size_t next_slot = 0;
        for (std::size_t h = 0; h < kv_heads; ++h) {
          const auto [first, count] = split.slots(h);
          ASSERT_EQ(heads[h].size(), count);
          ASSERT_GE(first, next_slot);
          std::size_t key = 0;
          for (std::size_t i = 0; i < count; ++i) {
            ASSERT_EQ(heads[h][i].begin, key);
            ASSERT_LT(key, heads[h][i].end);
            ASSERT_EQ(heads[h][i].slot, first + i);
            key = heads[h][i].end;
          }
          ASSERT_EQ(key, keys);
          next_slot = first + count;
        }
        ASSERT_LE(next_slot, DecodeSplit::slot_count(kv_heads, threads));
      }
    }
  }
}

TEST(DecodeSplit, NoThreadGetsMoreThanAShareAndOneUnit) {
  for (const std::size_t threads : {1U, 2U, 3U, 8U, 13U}) {
    const DecodeSplit split(4, 2048, threads);
    for (std::size_t t = 0; t < threads; ++t) {
      std::size_t keys = 0;
      split.for_ranges(t, [&](std::size_t, std::size_t begin, std::size_t end, std::size_t) {
        keys += end - begin;
      });
      EXPECT_LE(keys, std::size_t{4} * 2048 / threads + 32);
    }
  }
}

}  // namespace
}  // namespace woolly
