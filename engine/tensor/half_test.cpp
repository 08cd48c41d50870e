#include "engine/tensor/half.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace woolly {
namespace {

// An independent reading of binary16: sign, exponent and fraction by arithmetic.
double half_by_arithmetic(unsigned h) {
  const int exponent = static_cast<int>(h >> 10 & 31U);
  const double fraction = h & 1023U;
  const double magnitude =
      exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
  return (h & 0x8000U) != 0 ? -magnitude : magnitude;
}

TEST(Half, EveryValueBothWays) {
  for (unsigned h = 0; h < 65536; ++h) {
    const float f = half_to_float(static_cast<std::uint16_t>(h));
    if ((h & 0x7C00U) == 0x7C00U) {
      if ((h & 1023U) != 0) {
        EXPECT_TRUE(std::isnan(f));
        EXPECT_TRUE(std::isnan(half_to_float(float_to_half(f))));
        continue;
      }
      EXPECT_TRUE(std::isinf(f));
    } else {
      EXPECT_EQ(f, half_by_arithmetic(h));
    }
    ASSERT_EQ(float_to_half(f), h);
  }
}

TEST(Half, RoundsToNearestEven) {
  for (unsigned h = 0; h < 0x7BFFU; ++h) {
    const double low = half_by_arithmetic(h);
    const double high = half_by_arithmetic(h + 1);
    const auto middle = static_cast<float>((low + high) / 2);
    const unsigned even = (h & 1U) == 0 ? h : h + 1;
    ASSERT_EQ(float_to_half(middle), even);
    ASSERT_EQ(float_to_half(std::nextafter(middle, 0.0F)), h);
    ASSERT_EQ(float_to_half(std::nextafter(middle, 1e9F)), h + 1);
  }
  EXPECT_EQ(float_to_half(65519.996F), 0x7BFF);
  EXPECT_EQ(float_to_half(65520.0F), 0x7C00);
  EXPECT_EQ(float_to_half(1e30F), 0x7C00);
  EXPECT_EQ(float_to_half(-1e30F), 0xFC00);
}

TEST(Bfloat, BothWays) {
  for (unsigned b = 0; b < 65536; ++b) {
    const float f = bfloat_to_float(static_cast<std::uint16_t>(b));
    if (std::isnan(f)) {
      EXPECT_TRUE(std::isnan(bfloat_to_float(float_to_bfloat(f))));
    } else {
      ASSERT_EQ(float_to_bfloat(f), b);
    }
  }
  EXPECT_EQ(float_to_bfloat(std::bit_cast<float>(0x3F808000U)), 0x3F80);  // tie to even
  EXPECT_EQ(float_to_bfloat(std::bit_cast<float>(0x3F818000U)), 0x3F82);
  EXPECT_EQ(float_to_bfloat(std::bit_cast<float>(0x3F808001U)), 0x3F81);
  EXPECT_EQ(float_to_bfloat(std::numeric_limits<float>::max()), 0x7F80);
}

}  // namespace
}  // namespace woolly
