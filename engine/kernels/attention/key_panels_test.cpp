#include "engine/kernels/attention/key_panels.h"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "engine/kernels/attention/attention.h"
#include "engine/kernels/kernel_test_support.h"
#include "engine/kernels/quantize_row/quantize_row.h"
#include "engine/tensor/blocks.h"
#include "engine/tensor/half.h"

namespace woolly {
namespace {

std::vector<float> as_row(DType type, const std::vector<float>& key) {
  std::vector<std::byte> row(row_bytes(type, key.size()));
  std::vector<float> floats(key.size());
  quantize_row(type, key.data(), row.data(), key.size());
  reference::dequantize_row(type)(row.data(), floats.data(), key.size());
  return floats;
}

TEST(KeyPanels, KeepWhatARowKeeps) {
  for (const DType type : kKvTypes) {
    for (const std::size_t d : {4U, 20U, 32U, 64U, 100U, 160U}) {
      if (d % dtype_traits(type).block_values != 0) continue;
      std::vector<std::byte> panels(key_panels_bytes(type, 35, d));
      ASSERT_EQ(panels.size(), 48 * row_bytes(type, d));
      std::vector<std::vector<float>> keys;
      for (unsigned at = 0; at < 35; ++at) {
        keys.push_back(test::random_floats(d, at));
        write_key(type, keys.back().data(), d, panels.data(), at);
      }
      for (std::size_t at = 0; at < 35; ++at) {
        std::vector<float> key(d);
        read_key(type, panels.data(), at, d, key.data());
        EXPECT_EQ(key, as_row(type, keys[at])) << dtype_traits(type).name << " key " << at;
      }
    }
  }
}

TEST(KeyPanels, KeepAKeyInALane) {
  const std::vector<float> key = test::random_floats(20, 1);
  std::vector<float> panels(2 * kPanelKeys * key.size());
  write_key(DType::kF32, key.data(), key.size(), reinterpret_cast<std::byte*>(panels.data()), 18);
  for (std::size_t i = 0; i < panels.size(); ++i) {
    const bool here = i >= kPanelKeys * key.size() && i % kPanelKeys == 2;
    EXPECT_EQ(panels[i], here ? key[i / kPanelKeys - key.size()] : 0) << i;
  }
}

// d = max|x| / 127 as binary16, values to the nearest: the bytes are pinned.
TEST(KeyPanels, KeepScalesAndQuantsOfARun) {
  std::vector<float> key(64);
  key[32] = -127;
  key[33] = 2.4F;
  key[34] = -2.6F;
  std::vector<std::byte> panels(key_panels_bytes(DType::kQ8_0, 16, 64));
  write_key(DType::kQ8_0, key.data(), 64, panels.data(), 5);
  const std::byte* run = panels.data() + kPanelKeys * sizeof(BlockQ8_0);
  Half scale = 0;
  std::memcpy(&scale, run + 5 * sizeof(Half), sizeof scale);
  EXPECT_EQ(half_to_float(scale), 1.0F);
  const auto* quants = reinterpret_cast<const std::int8_t*>(run + kPanelKeys * sizeof(Half));
  EXPECT_EQ(quants[0 * kPanelKeys + 5], -127);
  EXPECT_EQ(quants[1 * kPanelKeys + 5], 2);
  EXPECT_EQ(quants[2 * kPanelKeys + 5], -3);
  EXPECT_EQ(quants[3 * kPanelKeys + 5], 0);
}

}  // namespace
}  // namespace woolly
