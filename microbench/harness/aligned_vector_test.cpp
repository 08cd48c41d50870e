#include "microbench/harness/aligned_vector.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <numeric>
#include <string>

namespace woolly::micro {
namespace {

TEST(AlignedVector, BeginsAtAPageWhateverElseIsOnTheHeap) {
  for (std::size_t clutter = 1; clutter < 200; clutter += 7) {
    const std::string in_the_way(clutter, 'x');
    AlignedVector<float> values(clutter);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(values.data()) % 4096, 0u);
    std::iota(values.begin(), values.end(), 0.0f);
    values.resize(2 * clutter);
    EXPECT_EQ(values[clutter - 1], static_cast<float>(clutter - 1));
  }
}

}  // namespace
}  // namespace woolly::micro
