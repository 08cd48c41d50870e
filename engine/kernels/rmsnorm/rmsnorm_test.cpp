#include "engine/kernels/rmsnorm/rmsnorm.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "engine/kernels/kernel_test_support.h"

namespace woolly {
namespace {

constexpr float kEpsilon = std::numeric_limits<float>::epsilon();

void check_all(const std::vector<float>& x, const std::vector<float>& weight) {
  const std::size_t n = x.size();
  std::vector<float> expected(n);
  rmsnorm_variants().back().function(x.data(), weight.data(), 1e-5F, expected.data(), n);
  test::for_each_runnable(rmsnorm_variants(), [&](const KernelVariant<RmsnormFn>& variant) {
    std::vector<float> y(n + 1, -7.0F);
    variant.function(x.data(), weight.data(), 1e-5F, y.data(), n);
    const float tolerance = kEpsilon * (static_cast<float>(n) / 16 + 8);
    for (std::size_t i = 0; i < n; ++i) {
      ASSERT_NEAR(y[i], expected[i], tolerance * std::fabs(expected[i]))
          << variant.name << " n=" << n;
    }
    EXPECT_EQ(y[n], -7.0F) << variant.name << " wrote past the end";
    std::vector<float> in_place = x;
    variant.function(in_place.data(), weight.data(), 1e-5F, in_place.data(), n);
    y.pop_back();
    EXPECT_EQ(in_place, y) << variant.name;
  });
}

TEST(Rmsnorm, KnownAnswer) {
  const std::vector<float> x{3, 4};
  const std::vector<float> weight{1, 2};
  std::vector<float> y(2);
  rmsnorm_variants().back().function(x.data(), weight.data(), 0.0F, y.data(), 2);
  EXPECT_FLOAT_EQ(y[0], 3 / std::sqrt(12.5F));
  EXPECT_FLOAT_EQ(y[1], 8 / std::sqrt(12.5F));
}

TEST(Rmsnorm, VariantsAgreeWithTheReference) {
  for (const std::size_t n : test::awkward_sizes()) {
    check_all(test::random_floats(n, 1), test::random_floats(n, 2));
    check_all(test::random_floats(n, 3, 1e4F), test::random_floats(n, 4));
    check_all(std::vector<float>(n, 0.0F), test::random_floats(n, 5));
    std::vector<float> spike(n, 1e-6F);
    spike[n / 2] = 1000;
    check_all(spike, test::random_floats(n, 6));
  }
}

TEST(Rmsnorm, BitsDoNotDependOnTheInstructionSet) {
  for (const std::size_t n : test::awkward_sizes()) {
    const std::vector<float> x = test::random_floats(n, 1);
    const std::vector<float> weight = test::random_floats(n, 2);
    std::vector<float> first;
    test::for_each_runnable(rmsnorm_variants(), [&](const KernelVariant<RmsnormFn>& variant) {
      if (variant.isa == Isa::kGeneric) return;
      std::vector<float> y(n);
      variant.function(x.data(), weight.data(), 1e-5F, y.data(), n);
      if (first.empty()) first = y;
      EXPECT_EQ(y, first) << variant.name << " n=" << n;
    });
  }
}

}  // namespace
}  // namespace woolly
