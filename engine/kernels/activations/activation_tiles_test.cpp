#include "engine/kernels/activations/activation_tiles.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "engine/base/buffer.h"
#include "engine/kernels/kernel_test_support.h"

namespace woolly {
namespace {

constexpr std::size_t kCols = 96;
constexpr std::size_t kRows = 8;  // one whole tile and two of another

class ActivationTilesTest : public ::testing::Test {
 protected:
  ActivationTilesTest() {
    tiles_ = {groups_.as<TileGroup>(), values_.as<float>(), kCols};
    std::memset(groups_.data(), 0x55, groups_.size());
    std::memset(values_.data(), 0x55, values_.size());
    const std::vector<float> x = test::random_floats(kRows * kCols, 1);
    for (std::size_t i = 0; i < kRows; ++i) {
      rows_.push_back(activations_at(memory_.data() + i * activation_bytes(kCols), kCols));
      std::copy_n(x.data() + i * kCols, kCols, rows_.back().values);
      quantize_activations_variants().back().function(rows_.back(), kCols, 0, kCols);
    }
  }

  void expect_row(std::size_t i, const Activations& row) const {
    const std::size_t lane = i % kTileRows;
    for (std::size_t k = 0; k < kCols; ++k) {
      const TileGroup& group = tiles_.groups[i / kTileRows * tile_groups(kCols) + k / 32];
      ASSERT_EQ(group.codes[k % 32 / 4][lane][k % 4], row.codes[k]) << i << " " << k;
      ASSERT_EQ(group.scales[lane], row.scales[k / 32]);
      ASSERT_EQ(group.sums32[lane], row.sums32[k / 32]);
      ASSERT_EQ(group.sum_pairs[lane], row.sum_pairs[k / 32]);
      ASSERT_EQ(group.negative_sums[k % 32 / 16][lane], row.negative_sums[k / 16]);
      ASSERT_EQ(group.negative_sums32[lane],
                row.negative_sums[k / 32 * 2] + row.negative_sums[k / 32 * 2 + 1]);
      ASSERT_EQ(tiles_.values[(i / kTileRows * kCols + k) * kTileRows + lane], row.values[k]);
    }
  }

  Buffer memory_{kRows * activation_bytes(kCols), Pages::kSmall};
  Buffer groups_{tiles_of(kRows) * tile_groups(kCols) * sizeof(TileGroup), Pages::kSmall};
  Buffer values_{tiles_of(kRows) * kTileRows * kCols * sizeof(float), Pages::kSmall};
  std::vector<Activations> rows_;
  ActivationTiles tiles_;
};

TEST_F(ActivationTilesTest, HoldTheRows) {
  for (std::size_t i = 0; i < kRows; ++i) put_into_tiles(tiles_, i, rows_[i], 0, kCols);
  for (std::size_t i = 0; i < kRows; ++i) expect_row(i, rows_[i]);
}

TEST_F(ActivationTilesTest, PartsOfRowsMakeTheWhole) {
  for (std::size_t i = 0; i < kRows; ++i) {
    for (std::size_t k = 0; k < kCols; k += 32) {
      put_into_tiles(tiles_, i, part_of(rows_[i], k), k, k + 32);
    }
  }
  for (std::size_t i = 0; i < kRows; ++i) expect_row(i, rows_[i]);
}

TEST_F(ActivationTilesTest, RowsThatAreNotThereAreZero) {
  for (std::size_t i = 0; i < kRows; ++i) put_into_tiles(tiles_, i, rows_[i], 0, kCols);
  pad_last_tile(tiles_, kRows);
  for (std::size_t i = 0; i < kRows; ++i) expect_row(i, rows_[i]);
  Buffer zeros(activation_bytes(kCols), Pages::kSmall);
  for (std::size_t i = kRows; i < tiles_of(kRows) * kTileRows; ++i) {
    expect_row(i, activations_at(zeros.data(), kCols));
  }
}

TEST_F(ActivationTilesTest, AKindWithoutMemoryIsLeftOut) {
  ActivationTiles groups = tiles_;
  groups.values = nullptr;
  put_into_tiles(groups, 0, rows_[0], 0, kCols);
  pad_last_tile(groups, 1);
  EXPECT_EQ(std::to_integer<int>(values_.data()[0]), 0x55);
  ActivationTiles values = tiles_;
  values.groups = nullptr;
  std::memset(groups_.data(), 0x55, groups_.size());
  put_into_tiles(values, 0, rows_[0], 0, kCols);
  pad_last_tile(values, 1);
  EXPECT_EQ(std::to_integer<int>(groups_.data()[0]), 0x55);
}

}  // namespace
}  // namespace woolly
