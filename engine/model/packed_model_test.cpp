#include "engine/model/packed_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "engine/base/test_support.h"
#include "engine/kernels/panel_matmul/pack.h"
#include "engine/model/synthetic/synthetic_test_support.h"

namespace woolly {
namespace {

PackedMatrix matrix(std::size_t panels, std::size_t grain) {
  PackedMatrix m;
  m.weights.rows = panels * kPanelRows - 3;
  m.grain = grain;
  return m;
}

TEST(PackedMatrix, SharesCoverEveryPanelOnceInWholeGrains) {
  for (const std::size_t panels : {1U, 2U, 7U, 32U}) {
    for (const std::size_t grain : {1U, 2U, 5U}) {
      for (const int threads : {1, 2, 3, 40}) {
        const PackedMatrix m = matrix(panels, grain);
        std::size_t next = 0;
        for (int t = 0; t < threads; ++t) {
          const auto [begin, end] = m.share(t, threads);
          EXPECT_EQ(begin, next);
          EXPECT_TRUE(end % grain == 0 || end == panels);
          next = end;
        }
        EXPECT_EQ(next, panels);
      }
    }
  }
}

TEST(PackedModel, HoldsEveryMatrixOfTheFileAndNoMoreBytes) {
  const test::TemporaryFolder folder;
  const std::filesystem::path path = folder / "m.gguf";
  test::write_tiny_model("Q4_K_M", path);
  ThreadPool pool(2);
  const LlamaModel model = LlamaModel::load(path, Isa::kGeneric);
  for (const Pages pages : {Pages::kHuge, Pages::kSmall}) {
    PackedModel packed(model, pages);
    packed.pack(model, pool);
    const auto check = [](const MatmulWeights& file, const PackedMatrix& matrix) {
      ASSERT_EQ(matrix.weights.rows, file.rows);
      std::vector<std::byte> row(file.row_bytes);
      for (std::size_t n = 0; n < file.rows; ++n) {
        const PanelWeights& w = matrix.weights;
        unpack_row(w.dtype, w.data + n / kPanelRows * w.panel_bytes, n % kPanelRows, w.cols,
                   row.data());
        ASSERT_TRUE(std::equal(row.begin(), row.end(), file.row(n))) << n;
      }
    };
    std::size_t file_bytes = model.output.bytes();
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
      const LayerWeights& from = model.layers[i];
      const PackedLayer& to = packed.layer(i);
      check(from.q, to.q);
      check(from.k, to.k);
      check(from.v, to.v);
      check(from.attention_out, to.attention_out);
      check(from.gate, to.gate);
      check(from.up, to.up);
      check(from.down, to.down);
      for (const MatmulWeights* m :
           {&from.q, &from.k, &from.v, &from.attention_out, &from.gate, &from.up, &from.down}) {
        file_bytes += m->bytes();
      }
    }
    check(model.output, packed.output());
    EXPECT_GE(packed.arena().size(), file_bytes);
    EXPECT_LE(static_cast<double>(packed.arena().size()), 1.01 * static_cast<double>(file_bytes));
  }
}

}  // namespace
}  // namespace woolly
