// Blocks written bit by bit from the definition of each format, and the weights they stand for.
// Independent of the decoders: fields are placed by bit address (bit 0 is the lowest of byte 0).
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <functional>
#include <random>
#include <vector>

#include "engine/kernels/dequantize_row/dequantize_row.h"

namespace woolly {
namespace {

class Block {
 public:
  explicit Block(DType dtype) : dtype_(dtype), bytes_(dtype_traits(dtype).block_bytes) {}

  void put(int bit, int width, int value) {
    for (int i = 0; i < width; ++i) {
      const int mask = 1 << (bit + i) % 8;
      std::uint8_t& byte = bytes_.at((bit + i) / 8);
      ASSERT_EQ(byte & mask, 0) << "two fields share bit " << bit + i;
      if ((value >> i & 1) != 0) byte = static_cast<std::uint8_t>(byte | mask);
    }
  }

  // The weights are exact in double and round once to float.
  void expect(const std::function<double(int)>& weight) const {
    const int values = static_cast<int>(dtype_traits(dtype_).block_values);
    std::vector<float> reference(values);
    reference::dequantize_row(dtype_)(bytes_.data(), reference.data(), values);
    for (int i = 0; i < values; ++i) {
      EXPECT_EQ(reference[i], static_cast<float>(weight(i)))
          << dtype_traits(dtype_).name << " value " << i;
    }
  }

 private:
  DType dtype_;
  std::vector<std::uint8_t> bytes_;
};

class Format : public testing::Test {
 protected:
  int random(int count) { return static_cast<int>(generator_() % static_cast<unsigned>(count)); }
  template <std::size_t kCount>
  std::array<int, kCount> codes(int count) {
    std::array<int, kCount> c;
    for (int& code : c) code = random(count);
    return c;
  }

 private:
  std::mt19937 generator_{20261122};
};

constexpr int kHalf0_5 = 0x3800;
constexpr int kHalf3 = 0x4200;
constexpr int kHalfMinus0_25 = 0xB400;
constexpr int kHalfSmallest = 0x0001;  // 2^-24
constexpr std::array<int, 16> kCodebook{-127, -104, -83, -65, -49, -35, -22, -10,
                                        1,    13,   25,  38,  53,  69,  89,  113};

int nibble_of_32(int first_bit, int i) { return first_bit + 8 * (i % 16) + 4 * (i / 16); }
int nibble_of_64(int first_bit, int i) {
  return first_bit + 8 * (32 * (i / 64) + i % 32) + 4 * (i / 32 % 2);
}
int pair_of_128(int first_bit, int i) {
  return first_bit + 8 * (32 * (i / 128) + i % 32) + 2 * (i / 32 % 4);
}

TEST_F(Format, F32AndHalvesAreTheirNumbers) {
  const std::array<float, 3> f32{1.5F, -0.0F, 3e38F};
  const std::array<std::uint16_t, 3> f16{0x3E00, 0x8000, 0x0001};
  const std::array<std::uint16_t, 3> bf16{0x3FC0, 0x8000, 0x7F7F};
  std::array<float, 3> out{};
  reference::dequantize_row(DType::kF32)(f32.data(), out.data(), 3);
  EXPECT_EQ(out, f32);
  reference::dequantize_row(DType::kF16)(f16.data(), out.data(), 3);
  EXPECT_EQ(out, (std::array<float, 3>{1.5F, -0.0F, 0x1p-24F}));
  reference::dequantize_row(DType::kBF16)(bf16.data(), out.data(), 3);
  EXPECT_EQ(out, (std::array<float, 3>{1.5F, -0.0F, 0x1.FEp127F}));
}

TEST_F(Format, Q4_0) {
  const auto q = codes<32>(16);
  Block block(DType::kQ4_0);
  block.put(0, 16, kHalfMinus0_25);
  for (int i = 0; i < 32; ++i) block.put(nibble_of_32(16, i), 4, q[i]);
  block.expect([&](int i) { return -0.25 * (q[i] - 8); });
}

TEST_F(Format, Q4_1) {
  const auto q = codes<32>(16);
  Block block(DType::kQ4_1);
  block.put(0, 16, kHalf0_5);
  block.put(16, 16, kHalf3);
  for (int i = 0; i < 32; ++i) block.put(nibble_of_32(32, i), 4, q[i]);
  block.expect([&](int i) { return 0.5 * q[i] + 3; });
}

TEST_F(Format, Q5_0) {
  const auto q = codes<32>(32);
  Block block(DType::kQ5_0);
  block.put(0, 16, kHalfSmallest);
  for (int i = 0; i < 32; ++i) {
    block.put(16 + i, 1, q[i] >> 4);
    block.put(nibble_of_32(48, i), 4, q[i] & 15);
  }
  block.expect([&](int i) { return 0x1p-24 * (q[i] - 16); });
}

TEST_F(Format, Q5_1) {
  const auto q = codes<32>(32);
  Block block(DType::kQ5_1);
  block.put(0, 16, kHalf3);
  block.put(16, 16, kHalfMinus0_25);
  for (int i = 0; i < 32; ++i) {
    block.put(32 + i, 1, q[i] >> 4);
    block.put(nibble_of_32(64, i), 4, q[i] & 15);
  }
  block.expect([&](int i) { return 3.0 * q[i] - 0.25; });
}

TEST_F(Format, Q8_0) {
  const auto q = codes<32>(256);
  Block block(DType::kQ8_0);
  block.put(0, 16, kHalf0_5);
  for (int i = 0; i < 32; ++i) block.put(16 + 8 * i, 8, q[i]);
  block.expect([&](int i) { return 0.5 * (q[i] < 128 ? q[i] : q[i] - 256); });
}

TEST_F(Format, Q2_K) {
  const auto q = codes<256>(4);
  const auto scale = codes<16>(16);
  const auto min = codes<16>(16);
  Block block(DType::kQ2_K);
  for (int g = 0; g < 16; ++g) {
    block.put(8 * g, 4, scale[g]);
    block.put(8 * g + 4, 4, min[g]);
  }
  for (int i = 0; i < 256; ++i) block.put(pair_of_128(128, i), 2, q[i]);
  block.put(640, 16, kHalf0_5);
  block.put(656, 16, kHalf3);
  block.expect([&](int i) { return 0.5 * scale[i / 16] * q[i] - 3.0 * min[i / 16]; });
}

TEST_F(Format, Q3_K) {
  const auto q = codes<256>(8);
  const auto scale = codes<16>(64);
  Block block(DType::kQ3_K);
  for (int i = 0; i < 256; ++i) {
    block.put(8 * (i % 32) + i / 32, 1, q[i] >> 2);
    block.put(pair_of_128(256, i), 2, q[i] & 3);
  }
  for (int g = 0; g < 16; ++g) {
    block.put(768 + 8 * (g % 8) + 4 * (g / 8), 4, scale[g] & 15);
    block.put(832 + 8 * (g % 4) + 2 * (g / 4), 2, scale[g] >> 4);
  }
  block.put(864, 16, kHalf3);
  block.expect([&](int i) { return 3.0 * (scale[i / 16] - 32) * (q[i] - 4); });
}

// The twelve bytes of six-bit scales and mins, from bit 32 on in both formats that have them.
void put_scales_and_mins(Block& block, const std::array<int, 8>& scale,
                         const std::array<int, 8>& min) {
  for (int g = 0; g < 4; ++g) {
    block.put(32 + 8 * g, 6, scale[g]);
    block.put(32 + 8 * g + 6, 2, scale[g + 4] >> 4);
    block.put(64 + 8 * g, 6, min[g]);
    block.put(64 + 8 * g + 6, 2, min[g + 4] >> 4);
    block.put(96 + 8 * g, 4, scale[g + 4] & 15);
    block.put(96 + 8 * g + 4, 4, min[g + 4] & 15);
  }
}

TEST_F(Format, Q4_K) {
  const auto q = codes<256>(16);
  const auto scale = codes<8>(64);
  const auto min = codes<8>(64);
  Block block(DType::kQ4_K);
  block.put(0, 16, kHalf0_5);
  block.put(16, 16, kHalfMinus0_25);
  put_scales_and_mins(block, scale, min);
  for (int i = 0; i < 256; ++i) block.put(nibble_of_64(128, i), 4, q[i]);
  block.expect([&](int i) { return 0.5 * scale[i / 32] * q[i] + 0.25 * min[i / 32]; });
}

TEST_F(Format, Q5_K) {
  const auto q = codes<256>(32);
  const auto scale = codes<8>(64);
  const auto min = codes<8>(64);
  Block block(DType::kQ5_K);
  block.put(0, 16, kHalf0_5);
  block.put(16, 16, kHalf3);
  put_scales_and_mins(block, scale, min);
  for (int i = 0; i < 256; ++i) {
    block.put(128 + 8 * (i % 32) + i / 32, 1, q[i] >> 4);
    block.put(nibble_of_64(384, i), 4, q[i] & 15);
  }
  block.expect([&](int i) { return 0.5 * scale[i / 32] * q[i] - 3.0 * min[i / 32]; });
}

TEST_F(Format, Q6_K) {
  const auto q = codes<256>(64);
  const auto scale = codes<16>(256);
  Block block(DType::kQ6_K);
  for (int i = 0; i < 256; ++i) {
    block.put(8 * (64 * (i / 128) + i % 64) + 4 * (i / 64 % 2), 4, q[i] & 15);
    block.put(pair_of_128(1024, i), 2, q[i] >> 4);
  }
  for (int g = 0; g < 16; ++g) block.put(1536 + 8 * g, 8, scale[g]);
  block.put(1664, 16, kHalfMinus0_25);
  block.expect([&](int i) {
    const int s = scale[i / 16];
    return -0.25 * (s < 128 ? s : s - 256) * (q[i] - 32);
  });
}

TEST_F(Format, IQ4_NL) {
  const auto q = codes<32>(16);
  Block block(DType::kIQ4_NL);
  block.put(0, 16, kHalf0_5);
  for (int i = 0; i < 32; ++i) block.put(nibble_of_32(16, i), 4, q[i]);
  block.expect([&](int i) { return 0.5 * kCodebook[q[i]]; });
}

TEST_F(Format, IQ4_XS) {
  const auto q = codes<256>(16);
  const auto scale = codes<8>(64);
  Block block(DType::kIQ4_XS);
  block.put(0, 16, kHalf3);
  for (int g = 0; g < 8; ++g) {
    block.put(16 + 2 * g, 2, scale[g] >> 4);
    block.put(32 + 4 * g, 4, scale[g] & 15);
  }
  for (int i = 0; i < 256; ++i) block.put(nibble_of_32(64 + 128 * (i / 32), i % 32), 4, q[i]);
  block.expect([&](int i) { return 3.0 * (scale[i / 32] - 32) * kCodebook[q[i]]; });
}

}  // namespace
}  // namespace woolly
