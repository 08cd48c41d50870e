#include "engine/kernels/roofline/probes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <random>
#include <vector>

#include "engine/base/buffer.h"
#include "engine/base/tile_emulator.h"
#include "engine/tensor/half.h"

namespace woolly::roofline {
namespace {

using ::testing::FloatNear;
using ::testing::Pointwise;

template <typename Function>
std::vector<Probe<Function>> available(std::span<const Probe<Function>> probes) {
  const CpuFeatures features = test::features_with_amx();
  std::vector<Probe<Function>> usable;
  for (const auto& probe : probes) {
    if (probe.available(features)) usable.push_back(probe);
  }
  return usable;
}

Buffer random_bytes(std::size_t bytes) {
  Buffer buffer(bytes, Pages::kSmall);
  std::mt19937_64 random(7);
  for (std::size_t i = 0; i < bytes / 8; ++i) buffer.as<std::uint64_t>()[i] = random();
  return buffer;
}

TEST(ReadStream, EveryVariantAndPatternReadsEveryWordOnce) {
  for (const std::size_t bytes : {kReadGrainBytes, 5 * kReadGrainBytes, 64 * kReadGrainBytes}) {
    const Buffer buffer = random_bytes(bytes);
    const std::uint64_t expected = reference::read_stream(buffer.data(), bytes);
    for (const auto& probe : available(read_probes())) {
      for (const ReadPattern pattern : kReadPatterns) {
        EXPECT_EQ(probe.run(buffer.data(), bytes, pattern), expected)
            << probe.variant << " streams " << pattern.streams << " prefetch "
            << pattern.prefetch_bytes << " bytes " << bytes;
      }
    }
  }
}

TEST(ReadStream, EveryBitCounts) {
  Buffer buffer = random_bytes(kReadGrainBytes);
  const std::uint64_t before = reference::read_stream(buffer.data(), buffer.size());
  for (std::size_t offset = 0; offset < buffer.size(); offset += 8) {
    buffer.data()[offset] ^= std::byte{1};
    for (const auto& probe : available(read_probes())) {
      ASSERT_EQ(probe.run(buffer.data(), buffer.size(), {4, 1024}), before ^ 1U)
          << probe.variant << " at " << offset;
    }
    buffer.data()[offset] ^= std::byte{1};
  }
}

TEST(F32Peak, EveryVariantComputesItsChains) {
  for (const auto& probe : available(f32_probes())) {
    ASSERT_LE(probe.lanes, kMaxLanes);
    std::array<float, kMaxLanes> got{};
    std::array<float, kMaxLanes> expected{};
    for (int i = 0; i < kMaxLanes; ++i) {
      got[i] = expected[i] = static_cast<float>(i) * 0.37F - 11.0F;
    }
    probe.run(9, 0.75F, 0.3F, got.data());
    reference::f32_peak(9, 0.75F, 0.3F, expected.data(), probe.lanes);
    // Nine roundings of values below 100 each way, an FMA having one where the reference has two.
    EXPECT_THAT(got, Pointwise(FloatNear(9 * 2 * 100 * 6e-8F), expected)) << probe.variant;
  }
}

TEST(Int8Peak, EveryVariantComputesItsDots) {
  const std::array<std::uint8_t, kInt8OperandBytes> a = {15, 15, 15, 15, 0, 1, 2,  3,
                                                         4,  5,  6,  7,  8, 9, 10, 11};
  const std::array<std::int8_t, kInt8OperandBytes> b = {-128, -128, -128, -128, 127, -3, 5,  -7,
                                                        127,  127,  127,  127,  1,   1,  -1, 0};
  for (const auto& probe : available(int8_probes())) {
    ASSERT_LE(probe.lanes, kMaxLanes);
    std::array<std::int32_t, kMaxLanes> got{};
    std::array<std::int32_t, kMaxLanes> expected{};
    for (int i = 0; i < kMaxLanes; ++i) got[i] = expected[i] = i;
    probe.run(7, a.data(), b.data(), got.data());
    reference::int8_peak(7 * probe.dots_per_round, a.data(), b.data(), expected.data(),
                         probe.lanes);
    EXPECT_EQ(got, expected) << probe.variant;
  }
}

TEST(Bf16Peak, EveryVariantComputesItsDots) {
  std::array<std::uint16_t, kBf16Operands> a{};
  std::array<std::uint16_t, kBf16Operands> b{};
  for (int i = 0; i < kBf16Operands; ++i) {  // whole numbers: exact in any order
    a[i] = float_to_bfloat(static_cast<float>(3 * i - 7));
    b[i] = float_to_bfloat(static_cast<float>(i * i % 11 - 4));
  }
  for (const auto& probe : available(bf16_probes())) {
    ASSERT_LE(probe.lanes, kMaxLanes);
    std::array<float, kMaxLanes> got{};
    std::array<float, kMaxLanes> expected{};
    for (int i = 0; i < kMaxLanes; ++i) got[i] = expected[i] = static_cast<float>(i);
    probe.run(7, a.data(), b.data(), got.data());
    reference::bf16_peak(7 * probe.dots_per_round, a.data(), b.data(), expected.data(),
                         probe.lanes);
    EXPECT_EQ(got, expected) << probe.variant;
  }
}

TEST(Probes, BestFirstAndAlwaysOneThatRuns) {
  EXPECT_EQ(read_probes().back().variant, "generic");
  EXPECT_EQ(f32_probes().back().variant, "generic");
  EXPECT_EQ(int8_probes().back().variant, "generic");
  EXPECT_EQ(bf16_probes().back().variant, "generic");
  const CpuFeatures none;
  EXPECT_TRUE(read_probes().back().available(none));
  for (const auto& probe : read_probes().first(read_probes().size() - 1)) {
    EXPECT_FALSE(probe.available(none)) << probe.variant;
  }
}

TEST(Probes, OperationsAreCountedAsTheFormulasSay) {
  EXPECT_EQ((Probe<F32Peak>{.variant = "", .available = nullptr, .run = nullptr, .lanes = 96}
                 .operations_per_round()),
            2 * 96);
  EXPECT_EQ(
      (Probe<Int8Peak>{
          .variant = "", .available = nullptr, .run = nullptr, .lanes = 32, .dots_per_round = 4}
           .operations_per_round()),
      8 * 32 * 4);
  EXPECT_EQ(
      (Probe<Bf16Peak>{
          .variant = "", .available = nullptr, .run = nullptr, .lanes = 32, .dots_per_round = 4}
           .operations_per_round()),
      4 * 32 * 4);
}

}  // namespace
}  // namespace woolly::roofline
