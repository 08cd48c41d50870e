#include "engine/runtime/sampler/portable_exp.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace woolly::sampling {
namespace {

TEST(PortableExp, CloseToTheLibrary) {
  for (double x = 0.0; x > -700.0; x = x * 1.001 - 1e-4) {
    const double expected = std::exp(x);
    EXPECT_NEAR(portable_exp(x), expected, expected * 4e-16) << x;
  }
}

TEST(PortableExp, Edges) {
  EXPECT_EQ(portable_exp(0.0), 1.0);
  EXPECT_EQ(portable_exp(-0.0), 1.0);
  EXPECT_GT(portable_exp(-708.0), 0.0);
  EXPECT_EQ(portable_exp(-709.0), 0.0);
  EXPECT_EQ(portable_exp(-std::numeric_limits<double>::infinity()), 0.0);
  EXPECT_EQ(portable_exp(std::nan("")), 0.0);
}

// The point of the function: these bits are the same on every machine and compiler.
TEST(PortableExp, SameBitsEverywhere) {
  EXPECT_EQ(std::bit_cast<std::uint64_t>(portable_exp(-1.0)), 0x3fd78b56362cef38U);
  EXPECT_EQ(std::bit_cast<std::uint64_t>(portable_exp(-0.1)), 0x3fecf46d99d52b3aU);
  EXPECT_EQ(std::bit_cast<std::uint64_t>(portable_exp(-17.3)), 0x3e60772c096d61b7U);
  EXPECT_EQ(std::bit_cast<std::uint64_t>(portable_exp(-345.678)), 0x20c3971a67444e9dU);
}

}  // namespace
}  // namespace woolly::sampling
