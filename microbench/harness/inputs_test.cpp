#include "microbench/harness/inputs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace woolly::micro {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Lt;

TEST(Inputs, RandomFloatsRepeatAndStayInRange) {
  const AlignedVector<float> values = random_floats(1000, 3);
  EXPECT_EQ(values, random_floats(1000, 3));
  EXPECT_NE(values, random_floats(1000, 4));
  EXPECT_THAT(values, Each(AllOf(Ge(-1.0F), Lt(1.0F))));
}

TEST(Inputs, CopiesExceedEveryCache) {
  EXPECT_GE(uncached_copies(1000) * 1000, uncached_bytes());
  EXPECT_EQ(uncached_copies(uncached_bytes() + 1), 1U);
  EXPECT_GE(uncached_bytes(), std::size_t{128} << 20);
}

TEST(Inputs, FirstDifferenceSaysWhere) {
  const std::vector<float> expected{1, 2, 3};
  const auto tenth = [](std::size_t) { return 0.1; };
  EXPECT_EQ(first_difference(std::vector<float>{1.05F, 2, 3}, expected, tenth), "");
  EXPECT_THAT(first_difference(std::vector<float>{1, 2.5F, 9}, expected, tenth),
              HasSubstr("value 1 is 2.5, expected 2"));
  EXPECT_THAT(first_difference(std::vector<float>{1, 2, NAN}, expected, tenth),
              HasSubstr("value 2 is nan"));
}

}  // namespace
}  // namespace woolly::micro
