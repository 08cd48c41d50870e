#include "engine/kernels/panel_matmul/pack.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <vector>

#include "engine/base/buffer.h"
#include "engine/base/hash.h"
#include "engine/kernels/panel_matmul/panel_layout.h"

namespace woolly {
namespace {

std::vector<std::byte> random_bytes(std::size_t n, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<std::byte> bytes(n);
  for (std::byte& b : bytes) b = static_cast<std::byte>(random());
  return bytes;
}

class PanelTypes : public ::testing::TestWithParam<DTypeTraits> {};

TEST_P(PanelTypes, EveryBitComesBack) {
  const DType dtype = GetParam().dtype;
  for (const std::size_t blocks : {1U, 2U, 3U, 8U, 11U}) {
    for (const std::size_t rows : {1U, 7U, 16U}) {
      const std::size_t cols = blocks * GetParam().block_values;
      const std::size_t stride = row_bytes(dtype, cols);
      const std::vector<std::byte> data = random_bytes(rows * stride, 7);
      Buffer panel(panel_bytes(dtype, cols), Pages::kSmall);
      std::fill_n(panel.data(), panel.size(), std::byte{0xEE});
      pack_panel(dtype, data.data(), rows, cols, panel.data());
      std::vector<std::byte> back(stride);
      for (std::size_t row = 0; row < rows; ++row) {
        unpack_row(dtype, panel.data(), row, cols, back.data());
        ASSERT_TRUE(std::equal(back.begin(), back.end(), data.data() + row * stride))
            << GetParam().name << " row " << row << " of " << rows << ", " << blocks << " blocks";
      }
    }
  }
}

TEST_P(PanelTypes, BlocksNeitherOverlapNorLeaveThePanel) {
  const PanelLayout layout = panel_layout(GetParam().dtype);
  for (const std::size_t blocks : {1U, 2U, 3U, 4U, 9U}) {
    std::vector<int> used(panel_bytes(GetParam().dtype, blocks * layout.block_values) / 32);
    const auto use = [&](std::size_t begin, std::size_t bytes) {
      ASSERT_EQ(begin % 32, 0U);
      for (std::size_t i = begin / 32; i < (begin + bytes) / 32; ++i) ++used.at(i);
    };
    for (std::size_t i = 0; i < blocks; ++i) {
      const BlockPlace at = block_place(layout, i);
      EXPECT_EQ(at.lines % kLineBytes, 0U);
      use(at.lines, layout.lines * kLineBytes);
      use(at.halves, layout.halves * kLineBytes / 2);
    }
    std::size_t unused = 0;
    for (const int count : used) {
      EXPECT_LE(count, 1);
      unused += count == 0 ? 1U : 0U;
    }
    EXPECT_LE(unused, 1U);
  }
}

// The packed form of whole panels is never more than 1 % larger than the file's.
TEST_P(PanelTypes, SizeIsTheFiles) {
  for (const std::size_t cols : {2048U, 4096U, 5632U, 11008U}) {
    const double file = 16.0 * static_cast<double>(row_bytes(GetParam().dtype, cols));
    EXPECT_LE(static_cast<double>(panel_bytes(GetParam().dtype, cols)), 1.002 * file) << cols;
  }
}

// Panels are stored in files: their bytes may change only with their version.
TEST(PanelLayoutVersion, RaiseItAndThisHashWhenThePanelsChange) {
  std::uint64_t hash = fnv1a({});
  for (const DTypeTraits& type : all_dtypes()) {
    const std::size_t cols = 3 * type.block_values;
    const std::vector<std::byte> rows = random_bytes(16 * row_bytes(type.dtype, cols), 7);
    std::vector<std::byte> panel(panel_bytes(type.dtype, cols));
    pack_panel(type.dtype, rows.data(), 16, cols, panel.data());
    hash = fnv1a(panel, hash);
  }
  EXPECT_EQ(kPanelLayoutVersion, 2U);
  EXPECT_EQ(hash, 5389978630897231198U);
}

INSTANTIATE_TEST_SUITE_P(AllTypes, PanelTypes,
                         ::testing::ValuesIn(all_dtypes().begin(), all_dtypes().end()),
                         [](const auto& type) { return std::string(type.param.name); });

}  // namespace
}  // namespace woolly
