#include "engine/runtime/optimization_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include <woolly/error.h>

namespace woolly {
namespace {

auto Has(std::string_view name, std::string_view value) {
  return ::testing::Contains(std::pair<std::string, std::string>(name, value));
}

std::string refusal_of(const FlagValues& given) {
  try {
    resolve_flags(given, Isa::kAvx2);
  } catch (const Error& error) {
    return error.message() + "; " + error.hint();
  }
  return "none";
}

TEST(OptimizationFlags, DefaultsAreTheBest) {
  const FlagValues values = resolve_flags({}, Isa::kAvx512Vnni);
  EXPECT_EQ(values, (FlagValues{{"gemm", "direct"},
                                {"attention", "online"},
                                {"pages", "huge"},
                                {"prefetch", "6144"},
                                {"pool", "steal"},
                                {"fusion_qkv", "on"},
                                {"fusion_ffn", "on"},
                                {"fusion_norm", "on"},
                                {"dequant", "direct"},
                                {"dequant_cache_mb", "2048"},
                                {"dequant_policy", "pinned"}}));
  const FastKernels kernels = kernels_for(values, Isa::kAvx512Vnni);
  EXPECT_EQ(kernels.panels->matmul, panel_variants().front().function.matmul);
  EXPECT_EQ(kernels.decode_attention, decode_attention_variants().front().function);
  EXPECT_EQ(kernels.prefetch_bytes, kPanelPrefetchBytes);
  EXPECT_FALSE(kernels.dequant_cache);
}

TEST(OptimizationFlags, EveryValueResolves) {
  for (const OptimizationFlag& flag : optimization_flags()) {
    for (const std::string_view value : flag.values) {
      FlagValues given{{std::string(flag.name), std::string(value)}};
      if (flag.name.starts_with("dequant") && value != "direct") given.push_back({"gemm", "blas"});
      if (flag.name.starts_with("dequant_")) given.push_back({"dequant", "cache"});
      const FlagValues values = resolve_flags(given, Isa::kAvx2);
      EXPECT_THAT(values, Has(flag.name, value));
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

TEST(OptimizationFlags, FusionAndThePoolAreOfDirectPasses) {
  const FlagValues off{
      {"pool", "static"}, {"fusion_qkv", "off"}, {"fusion_ffn", "off"}, {"fusion_norm", "off"}};
  const FlagValues direct = resolve_flags(off, Isa::kAvx2);
  FlagValues with_blas = off;
  with_blas.emplace_back("gemm", "blas");
  const FlagValues blas = resolve_flags(with_blas, Isa::kAvx2);
  for (const auto& [name, value] : off) {
    EXPECT_THAT(direct, Has(name, value));
    EXPECT_THAT(blas, ::testing::Not(Has(name, value)));
  }
  const FastKernels kernels = kernels_for(direct, Isa::kAvx2);
  EXPECT_FALSE(kernels.steal || kernels.fuse_qkv || kernels.fuse_ffn || kernels.fuse_norm);
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
  EXPECT_THAT(values, Has("attention", "blas"));
}

TEST(OptimizationFlags, TheEnvironmentSetsThemAndTheCommandLineWins) {
  ::setenv("WOOLLY_OPT", "gemm=reference  prefetch=off", 1);
  const FlagValues values = resolve_flags({{"prefetch", "2048"}}, Isa::kAvx2);
  ::setenv("WOOLLY_OPT", "gemm", 1);
  EXPECT_THROW(resolve_flags({}, Isa::kAvx2), Error);
  ::unsetenv("WOOLLY_OPT");
  EXPECT_EQ(values.front().second, "reference");
  EXPECT_THAT(values, Has("prefetch", "2048"));
}

TEST(OptimizationFlags, RefusesUnknownNamesAndValues) {
  EXPECT_THROW(resolve_flags({{"speed", "11"}}, Isa::kAvx2), Error);
  EXPECT_THROW(resolve_flags({{"gemm", "magic"}}, Isa::kAvx2), Error);
  for (const char* value : {"0", "1048577", "-1", "1.5", "007", "8x", "", "99999999999999999999"}) {
    EXPECT_EQ(refusal_of({{"dequant_cache_mb", value}}),
              "optimization dequant_cache_mb=" + std::string(value) +
                  ": no such value; a whole number, 1 to 1048576");
  }
}

TEST(OptimizationFlags, ThereIsOneWayToAskForEachKindOfProduct) {
  EXPECT_THAT(resolve_flags({}, Isa::kAvx2), Has("dequant", "direct"));
  EXPECT_THAT(resolve_flags({{"gemm", "blas"}}, Isa::kAvx2), Has("dequant", "every_use"));
  EXPECT_THAT(resolve_flags({}, Isa::kGeneric), Has("dequant", "every_use"));

  const FlagValues cached = resolve_flags({{"gemm", "blas"},
                                           {"dequant", "cache"},
                                           {"dequant_cache_mb", "300"},
                                           {"dequant_policy", "mru"}},
                                          Isa::kAvx2);
  EXPECT_THAT(cached, Has("dequant", "cache"));
  const FastKernels kernels = kernels_for(cached, Isa::kAvx2);
  ASSERT_TRUE(kernels.dequant_cache);
  EXPECT_EQ(kernels.dequant_cache->eviction, Eviction::kMru);
  EXPECT_EQ(kernels.dequant_cache->limit_bytes, std::size_t{300} << 20);
}

TEST(OptimizationFlags, RefusesToDequantizeWhereProductsDoNot) {
  EXPECT_EQ(refusal_of({{"dequant", "cache"}}),
            "optimization dequant=cache: does not go with gemm=direct; add gemm=blas");
  EXPECT_NE(refusal_of({{"dequant", "every_use"}}), "none");
  EXPECT_NE(refusal_of({{"dequant", "cache"}, {"gemm", "reference"}}), "none");
  EXPECT_EQ(refusal_of({{"dequant", "every_use"}, {"gemm", "reference"}}), "none");
  EXPECT_THROW(resolve_flags({{"dequant", "cache"}}, Isa::kGeneric), Error);
}

TEST(OptimizationFlags, WithoutACacheItsLimitAndPolicyAreTheDefaults) {
  const FlagValues values = resolve_flags(
      {{"gemm", "blas"}, {"dequant_cache_mb", "300"}, {"dequant_policy", "lru"}}, Isa::kAvx2);
  EXPECT_EQ(values, resolve_flags({{"gemm", "blas"}}, Isa::kAvx2));
}

}  // namespace
}  // namespace woolly
