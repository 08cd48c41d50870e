#include "engine/runtime/autotune/autotune.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/base/test_support.h"
#include "engine/model/synthetic/synthetic_test_support.h"
#include "engine/runtime/autotune/tuning_file.h"

namespace woolly {
namespace {

class Autotune : public ::testing::Test {
 protected:
  Autotune() {
    test::write_tiny_model("Q4_K_M", folder_ / "m.gguf");
    model_.emplace(LlamaModel::load(folder_ / "m.gguf", context_.isa));
    packed_.emplace(*model_, Pages::kSmall);
    packed_->pack(*model_, context_.pool);
    kernels_.panels = select_variant(panel_variants(), context_.isa).function;
    kernels_.prefetch_bytes = kPanelPrefetchBytes;
  }

  Autotuned tune() { return autotune(kernels_, *packed_, context_, folder_ / "cache"); }
  // As if every product of the model had been measured so.
  void store(std::size_t gemm_rows, std::size_t prefetch_bytes, int threads) {
    std::vector<StoredProduct> products;
    for (const ProductShape& shape : product_shapes(*packed_)) {
      products.push_back({context_.isa, threads, {shape, gemm_rows, prefetch_bytes}});
    }
    write_tuning(tuning_file(folder_ / "cache"), this_tuning_host(), products);
  }

  test::TemporaryFolder folder_;
  Context context_{2};
  std::optional<LlamaModel> model_;
  std::optional<PackedModel> packed_;
  FastKernels kernels_;
};

TEST_F(Autotune, MeasuresOnceAndKeepsIt) {
  const Autotuned first = tune();
  EXPECT_TRUE(first.measured);
  EXPECT_EQ(first.warning, "");
  const std::size_t rows = kernels_.gemm_rows.of(DType::kQ4_K);
  kernels_.gemm_rows = GemmRows();
  const Autotuned second = tune();
  EXPECT_FALSE(second.measured);
  EXPECT_EQ(kernels_.gemm_rows.of(DType::kQ4_K), rows);
}

TEST_F(Autotune, UsesWhatIsKept) {
  store(24, 8192, 2);
  EXPECT_FALSE(tune().measured);
  EXPECT_EQ(kernels_.gemm_rows.of(DType::kQ4_K), 24U);
  EXPECT_EQ(kernels_.gemm_rows.of(DType::kQ6_K), 24U);
  EXPECT_EQ(kernels_.gemm_rows.of(DType::kQ2_K), GemmRows().of(DType::kQ2_K));
  EXPECT_EQ(kernels_.prefetch_bytes, 8192U);
}

TEST_F(Autotune, LeavesAnAskedDistanceAlone) {
  store(24, 8192, 2);
  for (const std::size_t asked : {std::size_t{0}, std::size_t{2048}}) {
    kernels_.prefetch_bytes = asked;
    tune();
    EXPECT_EQ(kernels_.prefetch_bytes, asked);
  }
}

TEST_F(Autotune, OtherThreadsAreMeasuredBesides) {
  store(24, 8192, 7);
  EXPECT_TRUE(tune().measured);
  EXPECT_EQ(read_tuning(tuning_file(folder_ / "cache"), this_tuning_host()).products.size(), 4U);
}

TEST_F(Autotune, SaysWhenItCannotKeepWhatItMeasured) {
  const Autotuned tuned = autotune(kernels_, *packed_, context_, "/proc/self/none");
  EXPECT_TRUE(tuned.measured);
  EXPECT_THAT(tuned.warning, ::testing::HasSubstr("not kept"));
}

}  // namespace
}  // namespace woolly
