// What the encoders promise besides accuracy: the same bytes everywhere, and an answer for any
// float.
#include "engine/kernels/quantize_row/quantize_row.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "engine/kernels/dequantize_row/dequantize_row.h"

namespace woolly {
namespace {

using testing::Each;
using testing::Ge;
using testing::Le;

std::vector<std::uint8_t> encode(DType dtype, const std::vector<float>& x) {
  std::vector<std::uint8_t> row(row_bytes(dtype, x.size()));
  quantize_row(dtype, x.data(), row.data(), x.size());
  return row;
}

std::vector<float> decode(DType dtype, const std::vector<std::uint8_t>& row, std::size_t values) {
  std::vector<float> y(values);
  reference::dequantize_row(dtype)(row.data(), y.data(), values);
  return y;
}

std::uint64_t fnv1a(const std::vector<std::uint8_t>& bytes) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const std::uint8_t byte : bytes) hash = (hash ^ byte) * 0x100000001B3U;
  return hash;
}

class EveryType : public testing::TestWithParam<DTypeTraits> {};

// Rows of all magnitudes, made of integers and powers of two only.
TEST_P(EveryType, BytesAreTheSameEverywhere) {
  struct Pinned {
    std::string_view name;
    std::uint64_t hash;
  };
  constexpr Pinned kPinned[] = {
      {"F32", 0xA85DDAE6DC0D3441},    {"F16", 0xC13C503A67E9E2DC},    {"Q4_0", 0xAFDC937B42207DDF},
      {"Q4_1", 0x955538FB52D337C1},   {"Q5_0", 0x7974EDC3410A1321},   {"Q5_1", 0x60BB6344AA5B9855},
      {"Q8_0", 0xE2E6004A37540330},   {"Q2_K", 0x2C74A527B7A61268},   {"Q3_K", 0xEF4B45DF2A420EC0},
      {"Q4_K", 0x4FD31F5AB89B234F},   {"Q5_K", 0xDB67BD905B8E9F3D},   {"Q6_K", 0x1B05159554DDF2E5},
      {"IQ4_NL", 0xF3C3400D6BC61557}, {"IQ4_XS", 0xD5E38056EB8920B4}, {"BF16", 0xDF4D07888C41CDB8},
  };
  std::mt19937 generator(3);
  std::vector<float> x(256 * 40);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const float scale = 1.0F / static_cast<float>(1U << i / 256 % 20);
    x[i] = static_cast<float>(static_cast<std::int32_t>(generator())) * 0x1p-29F * scale;
  }
  for (const Pinned& pinned : kPinned) {
    if (pinned.name != GetParam().name) continue;
    EXPECT_EQ(fnv1a(encode(GetParam().dtype, x)), pinned.hash) << pinned.name;
    return;
  }
  FAIL() << "no pinned hash";
}

TEST_P(EveryType, ZerosStayZeros) {
  const std::vector<float> zeros(512, 0.0F);
  EXPECT_THAT(decode(GetParam().dtype, encode(GetParam().dtype, zeros), 512), Each(0.0F));
}

// Group by group: nothing of one block leaks into another.
TEST_P(EveryType, BlocksAreIndependent) {
  std::mt19937 generator(4);
  const std::size_t n = GetParam().block_values;
  std::vector<float> x(3 * n);
  for (float& value : x) value = static_cast<float>(static_cast<std::int32_t>(generator()));
  const std::vector<std::uint8_t> whole = encode(GetParam().dtype, x);
  const std::size_t bytes = GetParam().block_bytes;
  for (std::size_t b = 0; b < 3; ++b) {
    const std::vector<float> one(x.begin() + b * n, x.begin() + (b + 1) * n);
    EXPECT_EQ(
        encode(GetParam().dtype, one),
        std::vector<std::uint8_t>(whole.begin() + b * bytes, whole.begin() + (b + 1) * bytes));
  }
}

INSTANTIATE_TEST_SUITE_P(Types, EveryType,
                         testing::ValuesIn(all_dtypes().begin(), all_dtypes().end()),
                         [](const testing::TestParamInfo<DTypeTraits>& p) {
                           return std::string(p.param.name);
                         });

TEST(QuantizeRow, InBlockTypesANanIsZeroAndHugeValuesAreTheLargestHalf) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  std::vector<float> odd(256, 0.125F);
  std::vector<float> plain = odd;
  const std::pair<float, float> cases[] = {{kNan, 0.0F},      {-kNan, 0.0F},
                                           {kInf, 65504.0F},  {-kInf, -65504.0F},
                                           {3e38F, 65504.0F}, {-7e4F, -65504.0F}};
  for (std::size_t i = 0; i < std::size(cases); ++i) {
    odd[41 * i] = cases[i].first;
    plain[41 * i] = cases[i].second;
  }
  for (const DTypeTraits& traits : all_dtypes()) {
    if (traits.block_values == 1) continue;
    const std::vector<std::uint8_t> row = encode(traits.dtype, odd);
    EXPECT_EQ(row, encode(traits.dtype, plain)) << traits.name;
    EXPECT_THAT(decode(traits.dtype, row, 256), Each(testing::AllOf(Ge(-131008.0F), Le(131008.0F))))
        << traits.name;
  }
}

TEST(QuantizeRow, FloatTypesKeepInfinitiesAndNans) {
  const std::vector<float> x{std::numeric_limits<float>::infinity(), -1e30F,
                             std::numeric_limits<float>::quiet_NaN()};
  for (const DType dtype : {DType::kF32, DType::kF16, DType::kBF16}) {
    const std::vector<float> y = decode(dtype, encode(dtype, x), x.size());
    EXPECT_EQ(y[0], x[0]);
    EXPECT_LT(y[1], -9e29F);
    EXPECT_NE(y[2], y[2]);
  }
}

TEST(QuantizeRow, HandWorkedBlocks) {
  // Q4_0: the extreme -8 gets code 0, so d = 1 and every integer of -8..7 is exact.
  std::vector<float> x(32, 0.0F);
  for (int i = 0; i < 32; ++i) x[i] = static_cast<float>(i % 16 - 8);
  std::vector<std::uint8_t> q4_0{0x00, 0x3C};
  for (int j = 0; j < 16; ++j) q4_0.push_back(static_cast<std::uint8_t>(j | j << 4));
  EXPECT_EQ(encode(DType::kQ4_0, x), q4_0);

  // Q8_0: 127 / 127 = 1; ties go to the even integer.
  std::vector<float> y(32, 2.5F);
  y[0] = -127.0F;
  y[1] = 3.5F;
  std::vector<std::uint8_t> q8_0{0x00, 0x3C, 0x81, 0x04};
  q8_0.resize(34, 0x02);
  EXPECT_EQ(encode(DType::kQ8_0, y), q8_0);

  // Q4_1: from -1 to 6.5 in steps of one half.
  for (int i = 0; i < 32; ++i) x[i] = static_cast<float>(i % 16) * 0.5F - 1.0F;
  std::vector<std::uint8_t> q4_1{0x00, 0x38, 0x00, 0xBC};
  for (int j = 0; j < 16; ++j) q4_1.push_back(static_cast<std::uint8_t>(j | j << 4));
  EXPECT_EQ(encode(DType::kQ4_1, x), q4_1);
}

}  // namespace
}  // namespace woolly
