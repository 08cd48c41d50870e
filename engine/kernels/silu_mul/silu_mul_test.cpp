#include "engine/kernels/silu_mul/silu_mul.h"

#include <gtest/gtest.h>

#include <cmath>

#include "engine/kernels/kernel_test_support.h"

namespace woolly {
namespace {

void check_all(const std::vector<float>& gate, const std::vector<float>& up) {
  const std::size_t n = gate.size();
  std::vector<float> expected(n);
  silu_mul_variants().back().function(gate.data(), up.data(), expected.data(), n);
  test::for_each_runnable(silu_mul_variants(), [&](const KernelVariant<SiluMulFn>& variant) {
    std::vector<float> y(n + 1, -7.0F);
    variant.function(gate.data(), up.data(), y.data(), n);
    for (std::size_t i = 0; i < n; ++i) {
      const float tolerance = 1e-6F * std::fabs(expected[i]) + 2e-36F * std::fabs(up[i]);
      ASSERT_NEAR(y[i], expected[i], tolerance) << variant.name << " gate=" << gate[i];
    }
    EXPECT_EQ(y[n], -7.0F) << variant.name;
  });
}

TEST(SiluMul, KnownAnswer) {
  const float gate = 0.0F;
  const float up = 5.0F;
  float y = 1;
  silu_mul_variants().back().function(&gate, &up, &y, 1);
  EXPECT_EQ(y, 0.0F);
  const float one = 1.0F;
  silu_mul_variants().back().function(&one, &up, &y, 1);
  EXPECT_FLOAT_EQ(y, 5.0F * 0.731058578F);
}

TEST(SiluMul, VariantsAgreeWithTheReference) {
  for (const std::size_t n : test::awkward_sizes()) {
    check_all(test::random_floats(n, 1), test::random_floats(n, 2));
    check_all(test::random_floats(n, 3, 20), test::random_floats(n, 4, 100));
  }
  std::vector<float> sweep;
  for (float g = -86; g <= 200; g += 0.37F) sweep.push_back(g);
  check_all(sweep, std::vector<float>(sweep.size(), 1.5F));
}

// Also where e^-gate overflows a float.
TEST(SiluMul, FarNegativeGatesVanish) {
  const std::vector<float> gate{-86.9F, -87.1F, -88, -89, -100, -1000, -1e30F, -3e38F};
  check_all(gate, std::vector<float>(gate.size(), 1.0F));
}

}  // namespace
}  // namespace woolly
