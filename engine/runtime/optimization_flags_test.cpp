#include "engine/runtime/optimization_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include <woolly/error.h>

namespace woolly {
namespace {

// On a machine that has `best` and all before it.
FlagValues resolve(const FlagValues& given, Isa best = Isa::kAvx2) {
  CpuFeatures machine;
  machine.avx2 = best >= Isa::kAvx2;
  machine.avx_vnni = best >= Isa::kAvxVnni;
  machine.avx512 = best >= Isa::kAvx512;
  machine.avx512_vnni = best >= Isa::kAvx512Vnni;
  machine.avx512_bf16 = best >= Isa::kAvx512Bf16;
  machine.amx_bf16 = machine.amx_int8 = best == Isa::kAmx;
  return resolve_flags(given, best, machine);
}

auto Has(std::string_view name, std::string_view value) {
  return ::testing::Contains(std::pair<std::string, std::string>(name, value));
}

std::string refusal_of(const FlagValues& given) {
  try {
    resolve(given);
  } catch (const Error& error) {
    return error.message() + "; " + error.hint();
  }
  return "none";
}

TEST(OptimizationFlags, DefaultsAreTheBest) {
  const FlagValues values = resolve({}, Isa::kAvx512Vnni);
  EXPECT_EQ(values, (FlagValues{{"isa", "avx512vnni"},
                                {"gemm", "direct"},
                                {"bf16", "off"},
                                {"int8", "auto"},
                                {"int16", "auto"},
                                {"attention", "online"},
                                {"bf16_attention", "off"},
                                {"kv_type", "f16"},
                                {"pages", "huge"},
                                {"prefetch", "6144"},
                                {"pool", "steal"},
                                {"fusion_qkv", "on"},
                                {"fusion_ffn", "on"},
                                {"fusion_norm", "on"},
                                {"dequant", "direct"},
                                {"dequant_cache_mb", "2048"},
                                {"dequant_policy", "pinned"}}));
  const FastKernels kernels = kernels_for(values);
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
      const FlagValues values = resolve(given, Isa::kAmx);
      EXPECT_THAT(values, Has(flag.name, value == "best" ? "amx" : value));
      EXPECT_NE(kernels_for(values).attention, nullptr);
    }
  }
}

TEST(OptimizationFlags, LessThanTheBestInstructionsCanBeAsked) {
  const FlagValues values = resolve({{"isa", "avx2"}}, Isa::kAvx512Vnni);
  EXPECT_EQ(isa_of(values), Isa::kAvx2);
  EXPECT_EQ(matmul_kernel_name(values), "panel_matmul/avx2");
  EXPECT_THAT(resolve({{"isa", "generic"}}), Has("gemm", "blas"));
  EXPECT_EQ(refusal_of({{"isa", "avx512"}}),
            "optimization isa=avx512: this machine does not have it; it has avx2");
}

TEST(OptimizationFlags, Bf16TakesWhatIsQuickerWithoutLoss) {
  const auto products = [](const FlagValues& given, Isa best) {
    return kernels_for(resolve(given, best)).bf16;
  };
  EXPECT_FALSE(products({}, Isa::kAvx512Vnni));
  EXPECT_FALSE(products({{"bf16", "all"}}, Isa::kAvx512Vnni));
  EXPECT_FALSE(products({{"bf16", "off"}}, Isa::kAmx));
  EXPECT_FALSE(products({{"gemm", "blas"}}, Isa::kAmx));
  EXPECT_TRUE(products({}, Isa::kAvx512Bf16)->takes(DType::kBF16));
  EXPECT_FALSE(products({}, Isa::kAvx512Bf16)->takes(DType::kQ4_K));
  EXPECT_FALSE(products({}, Isa::kAvx512Bf16)->takes(DType::kF16));
  EXPECT_TRUE(products({}, Isa::kAmx)->takes(DType::kQ4_K));
  EXPECT_TRUE(products({}, Isa::kAmx)->rests);
  EXPECT_TRUE(products({{"bf16", "all"}}, Isa::kAvx512Bf16)->takes(DType::kF16));
  EXPECT_FALSE(products({{"bf16", "all"}}, Isa::kAvx512Bf16)->rests);
  EXPECT_THAT(resolve({{"bf16", "all"}}, Isa::kAvx512Vnni), Has("bf16", "off"));
  EXPECT_THAT(resolve({{"bf16", "all"}, {"gemm", "blas"}}, Isa::kAmx), Has("bf16", "auto"));
}

TEST(OptimizationFlags, Bf16AttentionIsForCoarseWeightsButWithAmx) {
  const auto attention = [](const FlagValues& given, Isa best) {
    return kernels_for(resolve(given, best)).bf16_attention;
  };
  EXPECT_FALSE(attention({}, Isa::kAvx512Vnni));
  EXPECT_FALSE(attention({{"bf16_attention", "off"}}, Isa::kAmx));
  EXPECT_FALSE(attention({{"attention", "blas"}}, Isa::kAmx));
  EXPECT_FALSE(attention({{"gemm", "blas"}}, Isa::kAmx));
  EXPECT_FALSE(attention({}, Isa::kAvx512Bf16)->all_models);
  EXPECT_TRUE(attention({{"bf16_attention", "all"}}, Isa::kAvx512Bf16)->all_models);
  EXPECT_FALSE(attention({{"bf16_attention", "all"}}, Isa::kAvx512Bf16)->rests);
  EXPECT_TRUE(attention({}, Isa::kAmx)->all_models);
  EXPECT_TRUE(attention({}, Isa::kAmx)->rests);
  EXPECT_THAT(resolve({}, Isa::kAvx512Vnni), Has("bf16_attention", "off"));
  EXPECT_THAT(resolve({{"bf16_attention", "off"}, {"attention", "blas"}}, Isa::kAmx),
              Has("bf16_attention", "auto"));
}

TEST(OptimizationFlags, Int8TakesWhatLosesLittle) {
  const auto products = [](const FlagValues& given, Isa best) {
    return kernels_for(resolve(given, best)).int8;
  };
  EXPECT_FALSE(products({}, Isa::kAvx2));
  EXPECT_FALSE(products({{"int8", "off"}}, Isa::kAvx512Vnni));
  EXPECT_TRUE(products({}, Isa::kAvx512Vnni)->takes(DType::kQ6_K));
  for (const DType type : {DType::kQ4_0, DType::kQ8_0, DType::kF16}) {
    EXPECT_FALSE(products({}, Isa::kAvx512Vnni)->takes(type));
  }
  EXPECT_TRUE(products({{"int8", "all"}}, Isa::kAvx512Vnni)->takes(DType::kQ8_0));
  EXPECT_FALSE(products({{"int8", "all"}}, Isa::kAvx512Vnni)->takes(DType::kF16));
  EXPECT_THAT(resolve({{"int8", "all"}}, Isa::kAvx2), Has("int8", "off"));
  using Path = FastKernels::LongPath;
  const FastKernels both = kernels_for(resolve({}, Isa::kAvx512Bf16));
  EXPECT_EQ(both.long_path(DType::kBF16), Path::kBf16);
  EXPECT_EQ(both.long_path(DType::kQ4_K), Path::kInt8);
  EXPECT_EQ(both.long_path(DType::kQ4_0), Path::kCodes);
  EXPECT_EQ(kernels_for(resolve({}, Isa::kAmx)).long_path(DType::kQ4_K), Path::kBf16);
}

TEST(OptimizationFlags, Int16TakesFloatsButF32) {
  using Path = FastKernels::LongPath;
  const auto path = [](const FlagValues& given, Isa best, DType weights) {
    return kernels_for(resolve(given, best)).long_path(weights);
  };
  for (const Isa isa : {Isa::kAvx2, Isa::kAvxVnni, Isa::kAvx512Vnni, Isa::kAvx512Bf16}) {
    EXPECT_EQ(path({}, isa, DType::kF16), Path::kInt16);
    EXPECT_EQ(path({}, isa, DType::kF32), Path::kCodes);
    EXPECT_EQ(path({{"int16", "all"}}, isa, DType::kF32), Path::kInt16);
    EXPECT_EQ(path({{"int16", "off"}}, isa, DType::kF16), Path::kCodes);
    EXPECT_NE(path({{"int16", "all"}}, isa, DType::kQ8_0), Path::kInt16);
  }
  EXPECT_EQ(path({}, Isa::kAvx512Vnni, DType::kBF16), Path::kInt16);
  EXPECT_EQ(path({}, Isa::kAmx, DType::kF16), Path::kBf16);
  EXPECT_EQ(path({{"bf16", "off"}}, Isa::kAmx, DType::kF16), Path::kInt16);
  EXPECT_THAT(resolve({}, Isa::kAvx512), Has("int16", "off"));
  EXPECT_EQ(path({{"int16", "all"}}, Isa::kAvx512, DType::kF16), Path::kInt16);
  EXPECT_THAT(resolve({{"int16", "all"}, {"gemm", "blas"}}, Isa::kAvx2), Has("int16", "auto"));
}

TEST(OptimizationFlags, TheCacheHasTheTypeAsked) {
  EXPECT_EQ(kv_type_of(resolve({})), DType::kF16);
  EXPECT_EQ(kv_type_of(resolve({{"kv_type", "q8_0"}})), DType::kQ8_0);
}

TEST(OptimizationFlags, OffIsReallyOff) {
  const FastKernels plain = kernels_for(resolve(
      {{"gemm", "reference"}, {"attention", "reference"}, {"pages", "small"}, {"prefetch", "off"}},
      Isa::kAvx512));
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
  const FlagValues direct = resolve(off);
  FlagValues with_blas = off;
  with_blas.emplace_back("gemm", "blas");
  const FlagValues blas = resolve(with_blas);
  for (const auto& [name, value] : off) {
    EXPECT_THAT(direct, Has(name, value));
    EXPECT_THAT(blas, ::testing::Not(Has(name, value)));
  }
  const FastKernels kernels = kernels_for(direct);
  EXPECT_FALSE(kernels.steal || kernels.fuse_qkv || kernels.fuse_ffn || kernels.fuse_norm);
}

TEST(OptimizationFlags, DirectProductsNeedTheirInstructions) {
  const FlagValues values = resolve({{"gemm", "direct"}}, Isa::kGeneric);
  EXPECT_THAT(values, Has("gemm", "blas"));
  EXPECT_FALSE(kernels_for(values).panels);
  EXPECT_EQ(kernels_for(values).decode_attention, nullptr);
}

TEST(OptimizationFlags, OnlineAttentionIsRecordedOnlyWhereItRuns) {
  const FlagValues values = resolve({{"gemm", "blas"}, {"attention", "online"}}, Isa::kAvx512);
  EXPECT_THAT(values, Has("attention", "blas"));
}

TEST(OptimizationFlags, TheEnvironmentSetsThemAndTheCommandLineWins) {
  ::setenv("WOOLLY_OPT", "gemm=reference  prefetch=off", 1);
  const FlagValues values = resolve({{"prefetch", "2048"}});
  ::setenv("WOOLLY_OPT", "gemm", 1);
  EXPECT_THROW(resolve({}), Error);
  ::unsetenv("WOOLLY_OPT");
  EXPECT_THAT(values, Has("gemm", "reference"));
  EXPECT_THAT(values, Has("prefetch", "2048"));
}

TEST(OptimizationFlags, RefusesUnknownNamesAndValues) {
  EXPECT_THROW(resolve({{"speed", "11"}}), Error);
  EXPECT_THROW(resolve({{"gemm", "magic"}}), Error);
  for (const char* value : {"0", "1048577", "-1", "1.5", "007", "8x", "", "99999999999999999999"}) {
    EXPECT_EQ(refusal_of({{"dequant_cache_mb", value}}),
              "optimization dequant_cache_mb=" + std::string(value) +
                  ": no such value; a whole number, 1 to 1048576");
  }
}

TEST(OptimizationFlags, ThereIsOneWayToAskForEachKindOfProduct) {
  EXPECT_THAT(resolve({}), Has("dequant", "direct"));
  EXPECT_THAT(resolve({{"gemm", "blas"}}), Has("dequant", "every_use"));
  EXPECT_THAT(resolve({}, Isa::kGeneric), Has("dequant", "every_use"));

  const FlagValues cached = resolve({{"gemm", "blas"},
                                     {"dequant", "cache"},
                                     {"dequant_cache_mb", "300"},
                                     {"dequant_policy", "mru"}},
                                    Isa::kAvx2);
  EXPECT_THAT(cached, Has("dequant", "cache"));
  const FastKernels kernels = kernels_for(cached);
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
  EXPECT_THROW(resolve({{"dequant", "cache"}}, Isa::kGeneric), Error);
}

TEST(OptimizationFlags, WithoutACacheItsLimitAndPolicyAreTheDefaults) {
  const FlagValues values =
      resolve({{"gemm", "blas"}, {"dequant_cache_mb", "300"}, {"dequant_policy", "lru"}});
  EXPECT_EQ(values, resolve({{"gemm", "blas"}}));
}

}  // namespace
}  // namespace woolly
