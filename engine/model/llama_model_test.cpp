#include "engine/model/llama_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include <woolly/error.h>

#include "engine/base/test_support.h"
#include "engine/model/model_test_support.h"

namespace woolly {
namespace {

using test::SmallModel;
using ::testing::HasSubstr;

LlamaModel load(const SmallModel& model) {
  const test::TemporaryFolder folder;
  model.write(folder / "m.gguf");
  return LlamaModel::load(folder / "m.gguf", Isa::kGeneric);
}

std::string error_of(const SmallModel& model) {
  try {
    load(model);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    EXPECT_THAT(error.message(), HasSubstr("m.gguf"));
    return error.message();
  }
  return "no error";
}

TEST(LlamaModel, LoadsEveryTensor) {
  const SmallModel small;
  const LlamaModel model = load(small);
  ASSERT_EQ(model.layers.size(), 2U);
  EXPECT_EQ(model.layers[1].k.rows, 16U);
  EXPECT_EQ(model.output_norm, small.tensors.at("output_norm.weight").values);
  std::uint64_t parameters = 0;
  for (const auto& [name, tensor] : small.tensors) parameters += tensor.values.size();
  EXPECT_EQ(model.parameters(), parameters);
  const std::uint64_t embedding = small.tensors.at("token_embd.weight").values.size();
  EXPECT_EQ(model.weight_bytes_per_token(), (parameters - embedding) * sizeof(float));
}

TEST(LlamaModel, TiedOutputIsTheEmbedding) {
  SmallModel small;
  small.tensors.erase("output.weight");
  const LlamaModel model = load(small);
  EXPECT_EQ(model.output.data, model.embedding.data);
  EXPECT_EQ(model.weight_bytes_per_token(), model.parameters() * sizeof(float));
}

TEST(LlamaModel, RefusesMissingStrangeAndMisshapenTensors) {
  SmallModel missing;
  missing.tensors.erase("blk.1.ffn_up.weight");
  EXPECT_THAT(error_of(missing), HasSubstr("blk.1.ffn_up.weight is missing"));
  SmallModel strange;
  strange.tensors["blk.0.attn_q.bias"] = {{32}, std::vector<float>(32)};
  EXPECT_THAT(error_of(strange), HasSubstr("blk.0.attn_q.bias is not part"));
  SmallModel misshapen;
  misshapen.tensors["blk.0.attn_k.weight"] = {{32, 8}, std::vector<float>(32 * 8)};
  EXPECT_THAT(error_of(misshapen), HasSubstr("is 32 x 8, expected 32 x 16"));
  SmallModel layers;
  layers.metadata.set("llama.block_count", std::uint32_t{1000000});
  EXPECT_THAT(error_of(layers), HasSubstr("blk.2.attn_norm.weight is missing"));
}

TEST(LlamaModel, AnglesFollowBaseScaleAndFactors) {
  SmallModel small;
  small.metadata.set("llama.rope.freq_base", 100.0F);
  small.metadata.set("llama.rope.scale_linear", 2.0F);
  small.tensors["rope_freqs.weight"] = {{4}, {1, 1, 8, 1}};
  const LlamaModel model = load(small);
  ASSERT_EQ(model.angles_per_position.size(), 4U);
  EXPECT_DOUBLE_EQ(model.angles_per_position[0], 0.5);
  EXPECT_NEAR(model.angles_per_position[1], 0.5 * std::pow(100.0, -0.25), 1e-12);
  EXPECT_NEAR(model.angles_per_position[2], 0.5 * 0.1 / 8, 1e-12);
  float cos_sin[8];
  rope_angles(model, 3, cos_sin);
  EXPECT_FLOAT_EQ(cos_sin[0], std::cos(1.5F));
  EXPECT_FLOAT_EQ(cos_sin[1], std::sin(1.5F));
  small.tensors["rope_freqs.weight"].values[1] = 0;
  EXPECT_THAT(error_of(small), HasSubstr("not finite"));
}

TEST(LlamaModel, YarnScalesAnglesAndMagnitude) {
  SmallModel small;
  small.metadata.set("llama.rope.scaling.type", std::string("yarn"));
  small.metadata.set("llama.rope.scaling.factor", 2.0F);
  small.metadata.set("llama.rope.scaling.original_context_length", std::uint32_t{8});
  const LlamaModel model = load(small);
  float cos_sin[8];
  rope_angles(model, 5, cos_sin);
  const float magnitude = 1 + 0.1F * std::log(2.0F);
  for (std::size_t i = 0; i < 4; ++i) {
    const double angle = 5 * model.angles_per_position[i];
    EXPECT_NEAR(cos_sin[2 * i], magnitude * std::cos(angle), 1e-6);
    EXPECT_NEAR(cos_sin[2 * i + 1], magnitude * std::sin(angle), 1e-6);
  }
  EXPECT_DOUBLE_EQ(model.angles_per_position[0], 1);
  EXPECT_NEAR(model.angles_per_position[3], 0.5e-3, 1e-12);
}

TEST(ModelContentHash, DependsOnWeightsAndMetadata) {
  SmallModel small;
  const std::string hash = model_content_hash(load(small).file);
  EXPECT_EQ(hash.size(), 16U);
  EXPECT_EQ(model_content_hash(load(small).file), hash);
  small.tensors["output.weight"].values.back() += 1;
  EXPECT_NE(model_content_hash(load(small).file), hash);
  SmallModel renamed;
  renamed.metadata.set("general.name", std::string("other"));
  EXPECT_NE(model_content_hash(load(renamed).file), hash);
}

}  // namespace
}  // namespace woolly
