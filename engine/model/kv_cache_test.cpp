#include "engine/model/kv_cache.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include <woolly/error.h>

#include "engine/kernels/attention/attention.h"
#include "engine/kernels/attention/key_panels.h"
#include "engine/tensor/blocks.h"
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
    EXPECT_EQ(reinterpret_cast<const float*>(f32.keys(1, h)), keys + h * kPanelKeys * 4);
    EXPECT_EQ(reinterpret_cast<const std::uint16_t*>(f16.values(1, h)), values + h * 10 * 4);
    for (std::size_t i = 0; i < 4; ++i) {
      EXPECT_EQ(keys[(h * 4 + i) * kPanelKeys + 3], k[h * 4 + i]);
      EXPECT_EQ(half_to_float(values[(h * 10 + 3) * 4 + i]), v[h * 4 + i]);
    }
  }
  EXPECT_EQ(reinterpret_cast<const float*>(f32.keys(0))[3], 0.0F);
}

TEST(KvCache, WritesTheHeadsItIsGivenOnly) {
  const std::vector<float> k{1, 2, 3, 4, 5, 6, 7, 8};
  KvCache cache(config(), 10, DType::kF32);
  cache.write_keys(0, 3, k.data(), 1, 2);
  cache.write_values(0, 3, k.data(), 1, 2);
  EXPECT_EQ(reinterpret_cast<const float*>(cache.keys(0, 0))[3], 0.0F);
  EXPECT_EQ(reinterpret_cast<const float*>(cache.keys(0, 1))[3], 5.0F);
  EXPECT_EQ(reinterpret_cast<const float*>(cache.values(0, 0))[3 * 4], 0.0F);
  EXPECT_EQ(reinterpret_cast<const float*>(cache.values(0, 1))[3 * 4], 5.0F);
}

// Row h of what is stored stands where the attention kernels look for it, in every type.
TEST(KvCache, WritesEveryType) {
  constexpr std::size_t kHeadDim = 64;
  LlamaConfig c = config();
  c.head_dim = kHeadDim;
  std::vector<float> k(2 * kHeadDim);
  for (std::size_t i = 0; i < k.size(); ++i) k[i] = std::sin(static_cast<float>(i));
  const std::vector<float> v(k.rbegin(), k.rend());
  for (const DType type : kKvTypes) {
    const float tolerance = type == DType::kF32    ? 0.0F
                            : type == DType::kF16  ? 0x1p-12F
                            : type == DType::kBF16 ? 0x1p-9F
                                                   : 0.51F / 127;
    KvCache cache(c, 10, type);
    cache.write(1, 3, k.data(), v.data());
    for (std::size_t h = 0; h < 2; ++h) {
      std::vector<float> stored(2 * kHeadDim);
      read_key(type, cache.keys(1, h), 3, kHeadDim, stored.data());
      reference::dequantize_row(type)(cache.values(1, h) + 3 * row_bytes(type, kHeadDim),
                                      stored.data() + kHeadDim, kHeadDim);
      for (std::size_t i = 0; i < kHeadDim; ++i) {
        EXPECT_NEAR(stored[i], k[h * kHeadDim + i], tolerance) << dtype_traits(type).name;
        EXPECT_NEAR(stored[kHeadDim + i], v[h * kHeadDim + i], tolerance);
      }
    }
  }
}

// d = max|x| / 127 as binary16, values to the nearest: the bytes are pinned.
TEST(KvCache, Q8RoundsToTheNearest) {
  LlamaConfig c = config();
  c.head_dim = 32;
  std::vector<float> k(2 * 32);
  k[0] = -127;
  k[1] = 2.4F;
  k[2] = -2.6F;
  KvCache cache(c, 4, DType::kQ8_0);
  cache.write(0, 2, k.data(), k.data());
  const auto* block = reinterpret_cast<const BlockQ8_0*>(cache.values(0)) + 2;
  EXPECT_EQ(half_to_float(block->d), 1.0F);
  EXPECT_EQ(block->qs[0], -127);
  EXPECT_EQ(block->qs[1], 2);
  EXPECT_EQ(block->qs[2], -3);
  EXPECT_EQ(block->qs[3], 0);
}

TEST(KvCache, ImpossibleSizesAreTheUsersError) {
  LlamaConfig c = config();
  c.layers = c.kv_heads = c.head_dim = std::size_t{1} << 20;
  EXPECT_THROW(KvCache(c, 1 << 10, DType::kF16), Error);
}

}  // namespace
}  // namespace woolly
