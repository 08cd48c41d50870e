#include "engine/kernels/softmax/softmax.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "engine/kernels/kernel_test_support.h"

namespace woolly {
namespace {

void check_all(const std::vector<float>& x) {
  std::vector<float> expected = x;
  softmax_variants().back().function(expected.data(), x.size());
  test::for_each_runnable(softmax_variants(), [&](const KernelVariant<SoftmaxFn>& variant) {
    std::vector<float> y = x;
    y.push_back(-7);
    variant.function(y.data(), x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
      ASSERT_NEAR(y[i], expected[i], 1e-6F * expected[i] + 1e-37F)
          << variant.name << " n=" << x.size() << " i=" << i;
    }
    EXPECT_EQ(y.back(), -7.0F);
  });
}

TEST(Softmax, KnownAnswer) {
  std::vector<float> x{0, std::log(2.0F), std::log(5.0F)};
  softmax_variants().back().function(x.data(), x.size());
  EXPECT_FLOAT_EQ(x[0], 0.125F);
  EXPECT_FLOAT_EQ(x[1], 0.25F);
  EXPECT_FLOAT_EQ(x[2], 0.625F);
}

TEST(Softmax, VariantsAgreeWithTheReference) {
  const float infinity = std::numeric_limits<float>::infinity();
  for (const std::size_t n : test::awkward_sizes()) {
    check_all(test::random_floats(n, 1));
    check_all(test::random_floats(n, 2, 10));
    check_all(std::vector<float>(n, 3.0e38F));
    std::vector<float> masked = test::random_floats(n, 3);
    for (std::size_t i = 1; i < n; i += 2) masked[i] = -infinity;
    check_all(masked);
    std::vector<float> last(n, -infinity);
    last[n - 1] = -50;
    check_all(last);
  }
}

}  // namespace
}  // namespace woolly
