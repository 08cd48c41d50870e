#include "engine/base/cpu_features.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include <woolly/error.h>

namespace woolly {
namespace {

class WoollyIsa : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const char* value = std::getenv("WOOLLY_ISA")) saved_ = value;
    ::unsetenv("WOOLLY_ISA");
  }
  void TearDown() override {
    if (saved_.empty()) {
      ::unsetenv("WOOLLY_ISA");
    } else {
      ::setenv("WOOLLY_ISA", saved_.c_str(), 1);
    }
  }
  std::string saved_;
};

TEST_F(WoollyIsa, NamesGoBothWays) {
  EXPECT_EQ(isa_names().front(), "generic");
  EXPECT_EQ(isa_names().back(), "amx");
  for (const std::string_view name : isa_names()) {
    ASSERT_TRUE(isa_from_name(name));
    EXPECT_EQ(isa_name(*isa_from_name(name)), name);
  }
  EXPECT_FALSE(isa_from_name("mmx"));
}

TEST_F(WoollyIsa, BestAvailableIsChosen) {
  EXPECT_EQ(choose_isa(CpuFeatures{}), Isa::kGeneric);
  CpuFeatures f;
  f.avx2 = true;
  EXPECT_EQ(choose_isa(f), Isa::kAvx2);
  f.avx512 = true;
  EXPECT_EQ(choose_isa(f), Isa::kAvx512);
  f.avx512_vnni = true;
  EXPECT_EQ(choose_isa(f), Isa::kAvx512Vnni);
  f.amx_bf16 = f.amx_int8 = true;
  EXPECT_EQ(choose_isa(f), Isa::kAvx512Vnni) << "AMX kernels decode with AVX-512 BF16's help";
  f.avx512_bf16 = true;
  EXPECT_EQ(choose_isa(f), Isa::kAmx);
  f.amx_bf16 = false;
  EXPECT_EQ(choose_isa(f), Isa::kAvx512Bf16);
}

// Of every set of features, as far as those it needs are there: the best one has what it includes.
TEST_F(WoollyIsa, IncludesWhatEveryMachineHas) {
  for (unsigned bits = 0; bits < 64; ++bits) {
    CpuFeatures f;
    f.avx2 = bits & 1U;
    f.avx_vnni = f.avx2 && (bits & 2U);
    f.avx512 = f.avx2 && (bits & 4U);
    f.avx512_vnni = f.avx512 && (bits & 8U);
    f.avx512_bf16 = f.avx512 && (bits & 16U);
    f.amx_bf16 = f.amx_int8 = f.avx512 && (bits & 32U);
    const Isa best = choose_isa(f);
    for (const std::string_view name : isa_names()) {
      const Isa isa = *isa_from_name(name);
      EXPECT_TRUE(!includes(best, isa) || f.has(isa)) << isa_name(best) << " " << name;
    }
    EXPECT_TRUE(includes(best, best));
  }
}

TEST_F(WoollyIsa, ForcedByTheEnvironment) {
  CpuFeatures f;
  f.avx2 = true;
  ::setenv("WOOLLY_ISA", "generic", 1);
  EXPECT_EQ(choose_isa(f), Isa::kGeneric);
  ::setenv("WOOLLY_ISA", "avx512", 1);
  EXPECT_THROW(choose_isa(f), Error);
  ::setenv("WOOLLY_ISA", "mmx", 1);
  EXPECT_THROW(choose_isa(f), Error);
}

}  // namespace
}  // namespace woolly
