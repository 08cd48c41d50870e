#include "engine/runtime/resource_usage.h"

#include <gtest/gtest.h>

#include <vector>

namespace woolly {
namespace {

TEST(PeakRss, GrowsWithMemoryInUse) {
  const std::uint64_t before = peak_rss_bytes();
  constexpr std::size_t kBytes = std::size_t{256} << 20;
  const std::vector<char> block(kBytes, 'x');
  EXPECT_GE(peak_rss_bytes(), kBytes);
  EXPECT_GE(peak_rss_bytes(), before);
  EXPECT_EQ(block.back(), 'x');
}

}  // namespace
}  // namespace woolly
