#include "engine/kernels/matmul/matmul.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "engine/kernels/kernel_test_support.h"
#include "engine/kernels/quantize_row/quantize_row.h"

namespace woolly {
namespace {

struct Problem {
  DType dtype;
  std::size_t m, rows, cols;
};

std::vector<std::byte> quantized(const Problem& p, const std::vector<float>& w) {
  const std::size_t bytes = row_bytes(p.dtype, p.cols);
  std::vector<std::byte> data(p.rows * bytes);
  for (std::size_t n = 0; n < p.rows; ++n) {
    quantize_row(p.dtype, w.data() + n * p.cols, data.data() + n * bytes, p.cols);
  }
  return data;
}

// sum_k |x w| per output: what the error bound of matmul.h scales with.
std::vector<double> magnitudes(const Problem& p, const MatmulWeights& w,
                               const std::vector<float>& x) {
  std::vector<double> result(p.m * p.rows);
  std::vector<float> row(p.cols);
  for (std::size_t n = 0; n < p.rows; ++n) {
    w.dequantize(w.row(n), row.data(), p.cols);
    for (std::size_t m = 0; m < p.m; ++m) {
      for (std::size_t k = 0; k < p.cols; ++k) {
        result[m * p.rows + n] += std::fabs(static_cast<double>(x[m * p.cols + k]) * row[k]);
      }
    }
  }
  return result;
}

void check_all(const Problem& p, bool accumulate) {
  const std::vector<float> x = test::random_floats(p.m * p.cols, 1);
  const std::vector<std::byte> data = quantized(p, test::random_floats(p.rows * p.cols, 2, 0.1F));
  const MatmulWeights w =
      make_matmul_weights(p.dtype, data.data(), p.rows, p.cols, choose_isa(detect_cpu_features()));
  const std::vector<float> start = test::random_floats(p.m * p.rows, 3);
  const std::vector<double> magnitude = magnitudes(p, w, x);
  std::vector<float> scratch(matmul_scratch_floats(p.m, p.cols));
  const auto run = [&](MatmulFn function) {
    std::vector<float> y = start;
    // Two ranges, as two threads would have them; the split is no multiple of anything.
    const std::size_t split = p.rows / 3;
    for (const auto& [begin, end] : {std::pair{std::size_t{0}, split}, std::pair{split, p.rows}}) {
      if (begin == end) continue;
      function(
          {&w, x.data(), p.cols, y.data(), p.rows, p.m, begin, end, accumulate, scratch.data()});
    }
    return y;
  };
  const std::vector<float> expected = run(matmul_variants().back().function);
  for (const auto& variant : matmul_variants()) {
    const std::vector<float> y = run(variant.function);
    for (std::size_t i = 0; i < y.size(); ++i) {
      const double bound = static_cast<double>(p.cols) * std::numeric_limits<float>::epsilon() *
                           (magnitude[i] + std::fabs(start[i]));
      ASSERT_NEAR(y[i], expected[i], bound)
          << variant.name << " " << dtype_traits(p.dtype).name << " m=" << p.m << " n=" << p.rows;
    }
  }
}

TEST(Matmul, KnownAnswer) {
  const float w[6] = {1, 2, 3, 4, 5, 6};  // [2][3]
  const float x[3] = {1, 0, -1};
  for (const auto& variant : matmul_variants()) {
    const MatmulWeights weights = make_matmul_weights(
        DType::kF32, reinterpret_cast<const std::byte*>(w), 2, 3, Isa::kGeneric);
    float y[2] = {10, 20};
    std::vector<float> scratch(matmul_scratch_floats(1, 3));
    MatmulArgs args{&weights, x, 3, y, 2, 1, 0, 2, false, scratch.data()};
    variant.function(args);
    EXPECT_EQ(y[0], -2) << variant.name;
    EXPECT_EQ(y[1], -2) << variant.name;
    args.accumulate = true;
    variant.function(args);
    EXPECT_EQ(y[0], -4) << variant.name;
  }
}

class MatmulTypes : public ::testing::TestWithParam<DTypeTraits> {};

TEST_P(MatmulTypes, VariantsAgreeWithTheReference) {
  const std::size_t block = GetParam().block_values;
  for (const std::size_t cols : {block, block * 3, std::size_t{512}}) {
    for (const std::size_t rows : {1U, 5U, 37U, 300U}) {
      for (const std::size_t m : {1U, 2U, 7U, 33U}) {
        check_all({GetParam().dtype, m, rows, cols}, (rows + m) % 2 == 0);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(AllTypes, MatmulTypes,
                         ::testing::ValuesIn(all_dtypes().begin(), all_dtypes().end()),
                         [](const auto& type) { return std::string(type.param.name); });

TEST(Matmul, OddF32Shapes) {
  for (const std::size_t cols : {1U, 3U, 64U, 172U, 1000U}) {
    check_all({DType::kF32, 3, 17, cols}, false);
    check_all({DType::kF32, 1, 172, cols}, true);
  }
}

}  // namespace
}  // namespace woolly
