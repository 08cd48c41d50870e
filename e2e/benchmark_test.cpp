#include "e2e/benchmark.h"

#include <gtest/gtest.h>

#include <woolly/error.h>

namespace woolly::e2e {
namespace {

TEST(Benchmark, NameIsTheDatabaseKey) {
  Benchmark benchmark;
  benchmark.model = "/models/tiny.Q4_K_M.gguf";
  EXPECT_EQ(benchmark_name(benchmark), "e2e/tiny.Q4_K_M/pp512_tg128_d0");
  benchmark.prompt_tokens = 1;
  benchmark.generated_tokens = 2;
  benchmark.depth_tokens = 3;
  EXPECT_EQ(benchmark_name(benchmark), "e2e/tiny.Q4_K_M/pp1_tg2_d3");
}

TEST(Benchmark, SettingsOverwriteOnlyWhatTheySay) {
  Benchmark benchmark;
  benchmark.options = {{"gemm", "fast"}, {"kv", "1"}};
  Settings settings;
  settings.generated_tokens = 9;
  settings.cache_packed = "dir";
  settings.options = {{"gemm", "blas"}, {"new", "x"}};
  apply(settings, benchmark);
  EXPECT_EQ(benchmark.generated_tokens, 9);
  EXPECT_EQ(benchmark.prompt_tokens, 512);
  EXPECT_EQ(benchmark.cache_packed, "dir");
  EXPECT_EQ(benchmark.implementation, "fast");
  EXPECT_EQ(benchmark.options, (OptionList{{"gemm", "blas"}, {"kv", "1"}, {"new", "x"}}));
}

TEST(Benchmark, OptionsAreNameEqualsValue) {
  EXPECT_EQ(parse_option("gemm=blas"), (std::pair<std::string, std::string>{"gemm", "blas"}));
  EXPECT_EQ(parse_option("a=b=c").second, "b=c");
  EXPECT_EQ(parse_option("a=").second, "");
  EXPECT_THROW(parse_option("gemm"), Error);
  EXPECT_THROW(parse_option("=blas"), Error);
}

TEST(Benchmark, TokenHashesAreSixteenHexDigits) {
  EXPECT_TRUE(is_token_hash("0123456789abcdef"));
  for (const char* bad : {"", "0123456789abcde", "0123456789ABCDEF", "0123456789abcdef0"}) {
    EXPECT_FALSE(is_token_hash(bad)) << bad;
  }
}

}  // namespace
}  // namespace woolly::e2e
