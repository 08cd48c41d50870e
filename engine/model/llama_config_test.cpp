#include "engine/model/llama_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include <woolly/error.h>

#include "engine/model/model_test_support.h"

namespace woolly {
namespace {

using test::SmallModel;
using ::testing::HasSubstr;

gguf::Metadata with(const std::string& key, gguf::Value value) {
  gguf::Metadata metadata = SmallModel().metadata;
  metadata.set(key, std::move(value));
  return metadata;
}

std::string error_of(const gguf::Metadata& metadata) {
  try {
    read_llama_config(metadata);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    return error.message();
  }
  return "no error";
}

TEST(LlamaConfig, ReadsTheNumbersAndTheDefaults) {
  const LlamaConfig c = read_llama_config(SmallModel().metadata);
  EXPECT_EQ(c.layers, 2U);
  EXPECT_EQ(c.width, 32U);
  EXPECT_EQ(c.head_dim, 8U);
  EXPECT_EQ(c.kv_width(), 16U);
  EXPECT_EQ(c.rotary_dim, 8U);
  EXPECT_EQ(c.vocab_size, 264U);
  EXPECT_EQ(c.rope_base, 10000.0);
  EXPECT_EQ(c.rope_scaling.factor, 1.0);
}

TEST(LlamaConfig, ReadsWhatIsNotDefault) {
  EXPECT_EQ(read_llama_config(with("llama.rope.freq_base", 5e5F)).rope_base, 5e5);
  EXPECT_EQ(read_llama_config(with("llama.rope.dimension_count", std::uint32_t{4})).rotary_dim, 4U);
  EXPECT_EQ(read_llama_config(with("llama.rope.scale_linear", 2.0F)).rope_scaling.factor, 2);
  gguf::Metadata linear = with("llama.rope.scaling.type", std::string("linear"));
  linear.set("llama.rope.scaling.factor", 4.0F);
  EXPECT_EQ(read_llama_config(linear).rope_scaling.factor, 4);
  gguf::Metadata wide = with("llama.attention.key_length", std::uint32_t{16});
  wide.set("llama.attention.value_length", std::uint32_t{16});
  EXPECT_EQ(read_llama_config(wide).head_dim, 16U);
}

TEST(LlamaConfig, RefusesWhatItCannotRun) {
  EXPECT_THAT(error_of(with("general.architecture", std::string("mamba"))), HasSubstr("mamba"));
  EXPECT_THAT(error_of(with("llama.expert_count", std::uint32_t{8})), HasSubstr("experts"));
  EXPECT_THAT(error_of(with("llama.rope.scale_linear", 0.0F)), HasSubstr("scale_linear"));
  EXPECT_THAT(error_of(with("llama.rope.freq_base", -1.0F)), HasSubstr("freq_base"));
  EXPECT_THAT(error_of(with("llama.rope.dimension_count", std::uint32_t{7})),
              HasSubstr("dimension_count"));
  EXPECT_THAT(error_of(with("llama.rope.dimension_count", std::uint32_t{10})),
              HasSubstr("dimension_count"));
  EXPECT_THAT(error_of(with("llama.attention.head_count_kv", std::uint32_t{3})),
              HasSubstr("do not divide"));
  EXPECT_THAT(error_of(with("llama.attention.value_length", std::uint32_t{4})),
              HasSubstr("per head"));
  EXPECT_THAT(error_of(with("llama.block_count", std::uint32_t{0})),
              HasSubstr("llama.block_count"));
  EXPECT_THAT(error_of(with("llama.context_length", std::uint64_t{1} << 60)),
              HasSubstr("context_length"));
  EXPECT_THAT(error_of(with("llama.attention.head_count", std::uint32_t{0})),
              HasSubstr("head_count"));
  EXPECT_THAT(error_of(gguf::Metadata()), HasSubstr("general.architecture is missing"));
}

}  // namespace
}  // namespace woolly
