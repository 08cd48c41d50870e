#include "engine/base/tile_emulator.h"

#include <gtest/gtest.h>

#if defined(__x86_64__)

#include <immintrin.h>

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <random>
#include <thread>

namespace woolly {
namespace {

// a: [rows][depth * 4 bytes], b: [depth][16 * 4 bytes], sums [rows][16 * 4 bytes].
constexpr int kRows = 5;
constexpr int kDepth = 7;
constexpr int kCols = 16;
using A = std::array<std::uint8_t, kRows * kDepth * 4>;
using B = std::array<std::uint8_t, kDepth * kCols * 4>;
template <typename T>
using Sums = std::array<T, kRows * kCols>;

struct alignas(64) Shapes {
  std::uint8_t palette = 1;
  std::uint8_t start_row = 0;
  std::uint8_t reserved[14] = {};
  std::uint16_t row_bytes[16] = {64, 4 * kDepth, 64, 64, 64, 64, 64, 64};
  std::uint8_t rows[16] = {kRows, kRows, kDepth, kRows, kRows, kRows, kRows, kRows};
};
const Shapes kShapes;

// Through the stack and with offsets, so that addresses of several forms are taken.
template <typename T, typename Multiply>
__attribute__((target("amx-tile"))) Sums<T> run(const A& a, const B& b, Sums<T> sums,
                                                Multiply multiply) {
  std::array<std::uint8_t, 2 * sizeof sums> apart{};
  _tile_loadconfig(&kShapes);
  _tile_loadd(0, sums.data(), 64);
  _tile_loadd(1, a.data(), 4 * kDepth);
  _tile_loadd(2, b.data(), 64);
  multiply();
  _tile_stored(0, apart.data(), 128);
  _tile_zero(0);
  _tile_stored(0, sums.data(), 64);
  _tile_release();
  __asm__ volatile("" ::: "memory");
  for (const T zero : sums) EXPECT_EQ(zero, 0);
  for (int m = 0; m < kRows; ++m) std::memcpy(&sums[m * kCols], &apart[m * 128], 64);
  return sums;
}

template <typename Bytes>
Bytes random_bytes(unsigned seed) {
  std::mt19937 random(seed);
  Bytes bytes;
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return bytes;
}

template <typename T>
T at(const std::uint8_t* p) {
  T value;
  std::memcpy(&value, p, sizeof value);
  return value;
}

template <typename Left, typename Right, typename Multiply>
void expect_integer_products(Multiply multiply) {
  const A a = random_bytes<A>(1);
  const B b = random_bytes<B>(2);
  Sums<std::int32_t> start;
  for (std::size_t i = 0; i < start.size(); ++i) start[i] = static_cast<std::int32_t>(i) - 40;
  const Sums<std::int32_t> sums = run(a, b, start, multiply);
  for (int m = 0; m < kRows; ++m) {
    for (int n = 0; n < kCols; ++n) {
      std::int32_t expected = start[m * kCols + n];
      for (int k = 0; k < 4 * kDepth; ++k) {
        expected += static_cast<Left>(a[m * 4 * kDepth + k]) *
                    static_cast<Right>(b[(k / 4 * kCols + n) * 4 + k % 4]);
      }
      EXPECT_EQ(sums[m * kCols + n], expected) << m << " " << n;
    }
  }
}

class TileEmulator : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!test::features_with_amx().has(Isa::kAmx)) GTEST_SKIP() << "needs AVX-512 BF16";
  }
};

TEST_F(TileEmulator, Bytes) {
  using S = std::int8_t;
  using U = std::uint8_t;
  expect_integer_products<S, S>([]()
                                    __attribute__((target("amx-int8"))) { _tile_dpbssd(0, 1, 2); });
  expect_integer_products<S, U>([]()
                                    __attribute__((target("amx-int8"))) { _tile_dpbsud(0, 1, 2); });
  expect_integer_products<U, S>([]()
                                    __attribute__((target("amx-int8"))) { _tile_dpbusd(0, 1, 2); });
  expect_integer_products<U, U>([]()
                                    __attribute__((target("amx-int8"))) { _tile_dpbuud(0, 1, 2); });
}

TEST_F(TileEmulator, Bfloats) {
  // Small whole numbers: exact in any order.
  const auto whole = [](auto& bytes, unsigned seed) {
    std::mt19937 random(seed);
    for (std::size_t i = 0; i < bytes.size(); i += 2) {
      const auto value = static_cast<float>(static_cast<int>(random() % 33) - 16);
      const auto bits = static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(value) >> 16U);
      std::memcpy(&bytes[i], &bits, 2);
    }
  };
  const auto value = [](const std::uint8_t* p) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(at<std::uint16_t>(p)) << 16U);
  };
  A a;
  B b;
  whole(a, 3);
  whole(b, 4);
  Sums<float> start{};
  start[3] = 7;
  const Sums<float> sums = run(
      a, b, start, []() __attribute__((target("amx-bf16"))) { _tile_dpbf16ps(0, 1, 2); });
  for (int m = 0; m < kRows; ++m) {
    for (int n = 0; n < kCols; ++n) {
      float expected = start[m * kCols + n];
      for (int k = 0; k < 2 * kDepth; ++k) {
        expected +=
            value(&a[m * 4 * kDepth + 2 * k]) * value(&b[(k / 2 * kCols + n) * 4 + k % 2 * 2]);
      }
      EXPECT_EQ(sums[m * kCols + n], expected) << m << " " << n;
    }
  }
}

TEST_F(TileEmulator, EachThreadHasItsTiles) {
  std::thread other([] {
    expect_integer_products<std::int8_t, std::int8_t>(
        []() __attribute__((target("amx-int8"))) { _tile_dpbssd(0, 1, 2); });
  });
  expect_integer_products<std::uint8_t, std::uint8_t>(
      []() __attribute__((target("amx-int8"))) { _tile_dpbuud(0, 1, 2); });
  other.join();
}

}  // namespace
}  // namespace woolly

#endif
