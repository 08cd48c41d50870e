#include "engine/model/kv_cache.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include <woolly/error.h>

#include "engine/tensor/half.h"

namespace woolly {
namespace {

LlamaConfig config() {
  LlamaConfig c;
  c.layers = 2;
  c.kv_heads = 2;
  c.head_dim = 4;
  return c;
}

TEST(KvCache, KeepsEachHeadTogether) {
  const std::vector<float> k{1, 2, 3, 4, 5, 6, 7, 8};
  const std::vector<float> v{-1, -2, -3, -4, -5, -6, -7, -8};
  KvCache f32(config(), 10, DType::kF32);
  KvCache f16(config(), 10, DType::kF16);
  for (KvCache* cache : {&f32, &f16}) cache->write(1, 3, k.data(), v.data());
  const auto* keys = reinterpret_cast<const float*>(f32.keys(1));
  const auto* values = reinterpret_cast<const std::uint16_t*>(f16.values(1));
  for (std::size_t h = 0; h < 2; ++h) {
    for (std::size_t i = 0; i < 4; ++i) {
      EXPECT_EQ(keys[(h * 10 + 3) * 4 + i], k[h * 4 + i]);
      EXPECT_EQ(half_to_float(values[(h * 10 + 3) * 4 + i]), v[h * 4 + i]);
    }
  }
  EXPECT_EQ(reinterpret_cast<const float*>(f32.keys(0))[12], 0.0F);
}

TEST(KvCache, ImpossibleSizesAreTheUsersError) {
  LlamaConfig c = config();
  c.layers = c.kv_heads = c.head_dim = std::size_t{1} << 20;
  EXPECT_THROW(KvCache(c, 1 << 10, DType::kF16), Error);
}

}  // namespace
}  // namespace woolly
