#include "engine/model/dequant_cache.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "engine/kernels/quantize_row/quantize_row.h"

namespace woolly {
namespace {

constexpr std::size_t kRows = 6;
constexpr std::size_t kCols = 64;
constexpr std::size_t kFloatBytes = kRows * kCols * sizeof(float);

struct Matrix {
  explicit Matrix(unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    std::vector<float> row(kCols);
    for (std::size_t r = 0; r < kRows; ++r) {
      for (float& value : row) value = normal(random);
      quantize_row(DType::kQ8_0, row.data(), data.data() + r * row_bytes(DType::kQ8_0, kCols),
                   kCols);
    }
  }

  std::vector<float> floats() const {
    std::vector<float> result(kRows * kCols);
    for (std::size_t r = 0; r < kRows; ++r) {
      weights.dequantize(weights.row(r), result.data() + r * kCols, kCols);
    }
    return result;
  }

  std::vector<std::byte> data = std::vector<std::byte>(kRows * row_bytes(DType::kQ8_0, kCols));
  MatmulWeights weights =
      make_matmul_weights(DType::kQ8_0, data.data(), kRows, kCols, Isa::kGeneric);
};

DequantCache make_cache(const DequantCacheOptions& options,
                        const std::vector<const MatmulWeights*>& matrices) {
  return DequantCache(options, matrices, Pages::kSmall, Isa::kGeneric);
}

// Uses the matrix in a phase of its own, its rows by two threads' worth of ranges, and gives its
// floats, or nothing when it is dequantized at every use.
std::vector<float> cached_floats(DequantCache& cache, const Matrix& matrix) {
  const DequantizedMatrix used = cache.use(matrix.weights);
  used.rows(0, 4);
  const MatmulWeights& weights = used.rows(4, kRows);
  std::vector<float> result;
  if (weights.dtype == DType::kF32) {
    const auto* floats = reinterpret_cast<const float*>(weights.data);
    result.assign(floats, floats + kRows * kCols);
  } else {
    EXPECT_EQ(weights.data, matrix.data.data());
  }
  cache.end_phase();
  return result;
}

TEST(DequantCache, HoldsTheFloats) {
  const Matrix a(1);
  const Matrix b(2);
  DequantCache cache = make_cache({Eviction::kPinned, 2 * kFloatBytes}, {&a.weights, &b.weights});
  for (int pass = 0; pass < 3; ++pass) {
    EXPECT_EQ(cached_floats(cache, a), a.floats());
    EXPECT_EQ(cached_floats(cache, b), b.floats());
  }
  EXPECT_EQ(cache.counts().hits, 4U);
  EXPECT_EQ(cache.counts().misses, 2U);
  EXPECT_EQ(cache.counts().bytes, 2 * kFloatBytes);
}

TEST(DequantCache, AHitDequantizesNothing) {
  Matrix a(1);
  DequantCache cache = make_cache({Eviction::kPinned, kFloatBytes}, {&a.weights});
  const std::vector<float> before = a.floats();
  cached_floats(cache, a);
  a.data.assign(a.data.size(), std::byte{0});
  EXPECT_EQ(cached_floats(cache, a), before);
}

TEST(DequantCache, WithoutRoomTheFilesWeightsAreUsed) {
  const Matrix a(1);
  const Matrix b(2);
  DequantCache cache = make_cache({Eviction::kPinned, kFloatBytes}, {&a.weights, &b.weights});
  EXPECT_EQ(cached_floats(cache, a), a.floats());
  EXPECT_TRUE(cached_floats(cache, b).empty());
}

TEST(DequantCache, AnEvictedMatrixIsDequantizedAgain) {
  for (const Eviction eviction : {Eviction::kMru, Eviction::kLru}) {
    const Matrix a(1);
    const Matrix b(2);
    DequantCache cache = make_cache({eviction, kFloatBytes}, {&a.weights, &b.weights});
    for (int pass = 0; pass < 3; ++pass) {
      EXPECT_EQ(cached_floats(cache, a), a.floats());
      EXPECT_EQ(cached_floats(cache, b), b.floats());
    }
    EXPECT_EQ(cache.counts().hits, 0U);
    EXPECT_EQ(cache.counts().bytes, kFloatBytes);
  }
}

TEST(DequantCache, MemoryOfOneSizeIsReused) {
  const Matrix a(1);
  const Matrix b(2);
  DequantCache cache = make_cache({Eviction::kLru, kFloatBytes}, {&a.weights, &b.weights});
  const auto address = [&](const Matrix& matrix) {
    const std::byte* data = cache.use(matrix.weights).rows(0, kRows).data;
    cache.end_phase();
    return data;
  };
  EXPECT_EQ(address(a), address(b));
}

TEST(DequantCache, RefusedMemoryIsNoError) {
  Matrix a(1);
  DequantCache cache =
      make_cache({Eviction::kPinned, std::numeric_limits<std::size_t>::max()}, {&a.weights});
  a.weights.rows = std::size_t{1} << 50;  // 2^58 bytes of floats: more than there are addresses
  EXPECT_EQ(cache.use(a.weights).rows(0, 0).data, a.data.data());
  EXPECT_EQ(cache.counts().misses, 1U);
  EXPECT_EQ(cache.counts().bytes, 0U);
}

TEST(DequantCache, FloatsAreNotCopied) {
  const std::vector<float> floats(kRows * kCols);
  const auto* data = reinterpret_cast<const std::byte*>(floats.data());
  const MatmulWeights weights = make_matmul_weights(DType::kF32, data, kRows, kCols, Isa::kGeneric);
  DequantCache cache = make_cache({Eviction::kPinned, kFloatBytes}, {&weights});
  EXPECT_EQ(cache.use(weights).rows(0, kRows).data, data);
  EXPECT_EQ(cache.counts().misses, 0U);
}

}  // namespace
}  // namespace woolly
