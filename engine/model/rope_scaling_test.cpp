#include "engine/model/rope_scaling.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include <woolly/error.h>

namespace woolly {
namespace {

using ::testing::HasSubstr;

gguf::Metadata yarn() {
  gguf::Metadata metadata;
  metadata.set("llama.rope.scaling.type", std::string("yarn"));
  metadata.set("llama.rope.scaling.factor", 4.0F);
  metadata.set("llama.rope.scaling.original_context_length", std::uint32_t{2048});
  return metadata;
}

TEST(RopeScaling, NoneAndLinear) {
  gguf::Metadata metadata;
  const RopeScaling none = read_rope_scaling(metadata, 100);
  EXPECT_EQ(none.angle_scale(3, 64, 1e4), 1);
  EXPECT_EQ(none.magnitude(), 1);
  metadata.set("llama.rope.scaling.type", std::string("linear"));
  metadata.set("llama.rope.scaling.factor", 4.0F);
  const RopeScaling linear = read_rope_scaling(metadata, 100);
  EXPECT_EQ(linear.angle_scale(0, 64, 1e4), 0.25);
  EXPECT_EQ(linear.angle_scale(31, 64, 1e4), 0.25);
  EXPECT_EQ(linear.magnitude(), 1);
}

// By hand, for 64 dimensions, base 10000, 2048 tokens: 32 turns are pair 64 ln(2048 / 64 pi) /
// (2 ln 10000) = 8.06, one turn is pair 20.1: the ramp goes from 8 to 21.
TEST(RopeScaling, YarnByHand) {
  const RopeScaling s = read_rope_scaling(yarn(), 8192);
  EXPECT_EQ(s.angle_scale(0, 64, 1e4), 1);
  EXPECT_EQ(s.angle_scale(8, 64, 1e4), 1);
  EXPECT_NEAR(s.angle_scale(9, 64, 1e4), 12.0 / 13 + 1.0 / 13 / 4, 1e-12);
  EXPECT_NEAR(s.angle_scale(20, 64, 1e4), 1.0 / 13 + 12.0 / 13 / 4, 1e-12);
  EXPECT_EQ(s.angle_scale(21, 64, 1e4), 0.25);
  EXPECT_EQ(s.angle_scale(31, 64, 1e4), 0.25);
  EXPECT_NEAR(s.magnitude(), 1.1386294361, 1e-9);
}

TEST(RopeScaling, YarnReadsItsFactors) {
  gguf::Metadata metadata = yarn();
  metadata.set("llama.rope.scaling.attn_factor", 0.5F);
  metadata.set("llama.rope.scaling.yarn_beta_fast", 2.0F);
  metadata.set("llama.rope.scaling.yarn_beta_slow", 0.5F);
  const RopeScaling s = read_rope_scaling(metadata, 8192);
  // Two turns: pair 64 ln(2048 / 4 pi) / (2 ln 10000) = 17.7; half a turn: 22.5.
  EXPECT_EQ(s.angle_scale(17, 64, 1e4), 1);
  EXPECT_NEAR(s.angle_scale(20, 64, 1e4), 0.5 + 0.5 / 4, 1e-12);
  EXPECT_EQ(s.angle_scale(23, 64, 1e4), 0.25);
  EXPECT_NEAR(s.magnitude(), 0.5 * 1.1386294361, 1e-9);
  metadata.set("llama.rope.scaling.yarn_ext_factor", 0.0F);  // linear after all
  const RopeScaling linear = read_rope_scaling(metadata, 8192);
  EXPECT_EQ(linear.angle_scale(0, 64, 1e4), 0.25);
  EXPECT_EQ(linear.magnitude(), 0.5);
}

TEST(RopeScaling, RefusesWhatIsNotSensible) {
  const auto error_of = [](const char* key, auto value) {
    gguf::Metadata metadata = yarn();
    metadata.set(key, value);
    try {
      read_rope_scaling(metadata, 8192);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kUsage);
      return error.message();
    }
    return std::string("no error");
  };
  EXPECT_THAT(error_of("llama.rope.scaling.type", std::string("longrope")), HasSubstr("longrope"));
  EXPECT_THAT(error_of("llama.rope.scaling.factor", 0.0F), HasSubstr("scaling.factor"));
  EXPECT_THAT(error_of("llama.rope.scaling.attn_factor", NAN), HasSubstr("attn_factor"));
  EXPECT_THAT(error_of("llama.rope.scaling.yarn_beta_slow", -1.0F), HasSubstr("beta_slow"));
  EXPECT_THAT(error_of("llama.rope.scaling.original_context_length", std::uint32_t{0}),
              HasSubstr("original_context_length"));
  EXPECT_THAT(error_of("llama.rope.scaling.yarn_ext_factor", 2.0F), HasSubstr("ext_factor"));
}

}  // namespace
}  // namespace woolly
