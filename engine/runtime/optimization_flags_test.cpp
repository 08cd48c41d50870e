#include "engine/runtime/optimization_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <woolly/error.h>

namespace woolly {
namespace {

TEST(OptimizationFlags, DefaultsAreTheBestVariants) {
  const FlagValues values = resolve_flags({});
  EXPECT_EQ(values, (FlagValues{{"gemm", "blas"}, {"attention", "blas"}}));
  EXPECT_EQ(kernels_for(values).matmul, matmul_variants().front().function);
}

TEST(OptimizationFlags, EveryValueResolves) {
  for (const OptimizationFlag& flag : optimization_flags()) {
    for (const std::string_view value : flag.values) {
      const FlagValues values = resolve_flags({{std::string(flag.name), std::string(value)}});
      EXPECT_THAT(values,
                  ::testing::Contains(std::pair<std::string, std::string>(flag.name, value)));
      EXPECT_NE(kernels_for(values).attention, nullptr);
    }
  }
  EXPECT_EQ(kernels_for(resolve_flags({{"gemm", "reference"}})).matmul,
            matmul_variants().back().function);
}

TEST(OptimizationFlags, RefusesUnknownNamesAndValues) {
  EXPECT_THROW(resolve_flags({{"speed", "11"}}), Error);
  EXPECT_THROW(resolve_flags({{"gemm", "magic"}}), Error);
}

}  // namespace
}  // namespace woolly
