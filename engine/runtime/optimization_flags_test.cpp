#include "engine/runtime/optimization_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include <woolly/error.h>

namespace woolly {
namespace {

TEST(OptimizationFlags, DefaultsAreTheBest) {
  const FlagValues values = resolve_flags({}, Isa::kAvx512Vnni);
  EXPECT_EQ(
      values,
      (FlagValues{
          {"gemm", "direct"}, {"attention", "online"}, {"pages", "huge"}, {"prefetch", "6144"}}));
  const FastKernels kernels = kernels_for(values, Isa::kAvx512Vnni);
  EXPECT_EQ(kernels.panels->matmul, panel_variants().front().function.matmul);
  EXPECT_EQ(kernels.decode_attention, decode_attention_variants().front().function);
  EXPECT_EQ(kernels.prefetch_bytes, kPanelPrefetchBytes);
}

TEST(OptimizationFlags, EveryValueResolves) {
  for (const OptimizationFlag& flag : optimization_flags()) {
    for (const std::string_view value : flag.values) {
      const FlagValues values =
          resolve_flags({{std::string(flag.name), std::string(value)}}, Isa::kAvx2);
      EXPECT_THAT(values,
                  ::testing::Contains(std::pair<std::string, std::string>(flag.name, value)));
      EXPECT_NE(kernels_for(values, Isa::kAvx2).attention, nullptr);
    }
  }
}

TEST(OptimizationFlags, OffIsReallyOff) {
  const FastKernels plain = kernels_for(resolve_flags({{"gemm", "reference"},
                                                       {"attention", "reference"},
                                                       {"pages", "small"},
                                                       {"prefetch", "off"}},
                                                      Isa::kAvx512),
                                        Isa::kAvx512);
  EXPECT_EQ(plain.matmul, matmul_variants().back().function);
  EXPECT_EQ(plain.attention, attention_variants().back().function);
  EXPECT_FALSE(plain.panels);
  EXPECT_EQ(plain.decode_attention, nullptr);
  EXPECT_EQ(plain.pages, Pages::kSmall);
  EXPECT_EQ(plain.prefetch_bytes, 0U);
}

TEST(OptimizationFlags, DirectProductsNeedTheirInstructions) {
  const FlagValues values = resolve_flags({{"gemm", "direct"}}, Isa::kGeneric);
  EXPECT_EQ(values.front().second, "blas");
  EXPECT_FALSE(kernels_for(values, Isa::kGeneric).panels);
  EXPECT_EQ(kernels_for(values, Isa::kGeneric).decode_attention, nullptr);
}

TEST(OptimizationFlags, OnlineAttentionIsRecordedOnlyWhereItRuns) {
  const FlagValues values =
      resolve_flags({{"gemm", "blas"}, {"attention", "online"}}, Isa::kAvx512);
  EXPECT_THAT(values,
              ::testing::Contains(std::pair<std::string, std::string>("attention", "blas")));
}

TEST(OptimizationFlags, TheEnvironmentSetsThemAndTheCommandLineWins) {
  ::setenv("WOOLLY_OPT", "gemm=reference  prefetch=off", 1);
  const FlagValues values = resolve_flags({{"prefetch", "2048"}}, Isa::kAvx2);
  ::setenv("WOOLLY_OPT", "gemm", 1);
  EXPECT_THROW(resolve_flags({}, Isa::kAvx2), Error);
  ::unsetenv("WOOLLY_OPT");
  EXPECT_EQ(values.front().second, "reference");
  EXPECT_EQ(values.back().second, "2048");
}

TEST(OptimizationFlags, RefusesUnknownNamesAndValues) {
  EXPECT_THROW(resolve_flags({{"speed", "11"}}, Isa::kAvx2), Error);
  EXPECT_THROW(resolve_flags({{"gemm", "magic"}}, Isa::kAvx2), Error);
}

}  // namespace
}  // namespace woolly
