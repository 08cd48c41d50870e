#include "engine/model/profile.h"

#include <gtest/gtest.h>

#include "engine/kernels/matmul/matmul.h"

namespace woolly {
namespace {

TEST(Profile, AddsUpByStageLayerAndOperation) {
  Profile profile(2);
  profile.begin_pass(7);
  profile.lap(0, Operation::kQkv);
  profile.add_work(0, Operation::kQkv, {100, 200});
  for (int pass = 0; pass < 3; ++pass) {
    profile.begin_pass(1);
    profile.lap(2, Operation::kEmbedding);
    profile.add_work(1, Operation::kQkv, {10, 20});
    profile.lap(1, Operation::kQkv);
    profile.lap(1, Operation::kQkv);
  }
  const ProfileEntries entries = profile.entries();
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(entries[0].stage, "prefill");
  EXPECT_EQ(entries[0].passes, 1);
  EXPECT_EQ(entries[0].flops, 200);
  EXPECT_EQ(entries[1].operation, "qkv");
  EXPECT_EQ(entries[1].layer, 1);
  EXPECT_EQ(entries[1].passes, 3);
  EXPECT_EQ(entries[1].bytes, 30);
  EXPECT_EQ(entries[2].operation, "embedding");
  EXPECT_EQ(entries[2].layer, -1);
  for (const ProfileEntry& entry : entries) EXPECT_GE(entry.seconds, 0);
  profile.clear();
  EXPECT_TRUE(profile.entries().empty());
}

TEST(Profile, ProductsReadTheirWeightsOnceAPass) {
  const MatmulWeights w{DType::kF32, nullptr, 10, 20, 80, nullptr};
  const Work work = product_work(3, {&w, &w});
  EXPECT_EQ(work.bytes, 2 * 800);
  EXPECT_EQ(work.flops, 2 * 2.0 * 3 * 10 * 20);
}

TEST(Profile, AttentionReadsWhatIsBefore) {
  LlamaConfig config;
  config.layers = 1;
  config.heads = 4;
  config.kv_heads = 2;
  config.head_dim = 8;
  const KvCache cache(config, 64, DType::kF16);
  const double key_and_value = 2 * 2 * 8 * 2;
  EXPECT_EQ(attention_work(config, cache, 9, 1).bytes, 10 * key_and_value);
  EXPECT_EQ(attention_work(config, cache, 9, 1).flops, 4 * 32 * 10);
  EXPECT_EQ(attention_work(config, cache, 0, 20).bytes, 20 * key_and_value);
  EXPECT_EQ(attention_work(config, cache, 0, 20).flops, 4 * 32 * 210);
}

}  // namespace
}  // namespace woolly
