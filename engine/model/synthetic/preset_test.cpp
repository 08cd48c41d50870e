#include "engine/model/synthetic/preset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <woolly/error.h>

namespace woolly {
namespace {

TEST(SyntheticPreset, HasTheShapesOfTheModelsItNames) {
  const SyntheticPreset& tinyllama = synthetic_preset("tinyllama-1.1b");
  EXPECT_EQ(tinyllama.width, 2048U);
  EXPECT_EQ(tinyllama.layers, 22U);
  EXPECT_EQ(tinyllama.head_dim(), 64U);
  EXPECT_EQ(tinyllama.kv_width(), 256U);
  const SyntheticPreset& llama = synthetic_preset("llama-7b");
  EXPECT_EQ(llama.head_dim(), 128U);
  EXPECT_EQ(llama.ffn_width, 11008U);
  EXPECT_EQ(synthetic_presets().size(), 4U);
}

TEST(SyntheticPreset, EveryShapeIsConsistent) {
  for (const SyntheticPreset& preset : synthetic_presets()) {
    EXPECT_EQ(preset.width % preset.heads, 0U) << preset.name;
    EXPECT_EQ(preset.heads % preset.kv_heads, 0U) << preset.name;
    EXPECT_EQ(preset.width % 256, 0U) << preset.name << ": K-quants need it";
    EXPECT_EQ(preset.ffn_width % 256, 0U) << preset.name;
  }
}

TEST(SyntheticPreset, AnUnknownNameIsAUsageErrorThatListsTheKnownOnes) {
  try {
    synthetic_preset("llama-70b");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    EXPECT_THAT(error.message(), testing::HasSubstr("llama-70b"));
    EXPECT_THAT(error.hint(), testing::HasSubstr("tiny, llama-160m, tinyllama-1.1b, llama-7b"));
  }
}

}  // namespace
}  // namespace woolly
