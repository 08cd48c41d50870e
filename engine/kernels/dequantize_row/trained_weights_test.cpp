// Files written by llama.cpp's quantizer against the floats they were made from, and the same check
// on rows encoded here.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "engine/base/test_support.h"
#include "engine/gguf/reader.h"
#include "engine/kernels/dequantize_row/dequantize_row.h"
#include "engine/kernels/quantize_row/quantize_row.h"
#include "engine/tensor/half.h"

namespace woolly {
namespace {

// How finely a type divides the values that share a scale.
struct Grid {
  DType dtype;
  int group;
  int steps;       // between the lowest and the highest value
  bool symmetric;  // around zero; else from min(lowest, 0) to the highest
};
constexpr Grid kGrids[] = {
    {DType::kQ4_0, 32, 16, true},  {DType::kQ4_1, 32, 15, false},  {DType::kQ5_0, 32, 32, true},
    {DType::kQ5_1, 32, 31, false}, {DType::kQ8_0, 32, 254, true},  {DType::kQ2_K, 16, 3, false},
    {DType::kQ3_K, 16, 8, true},   {DType::kQ4_K, 32, 15, false},  {DType::kQ5_K, 32, 31, false},
    {DType::kQ6_K, 16, 64, true},  {DType::kIQ4_NL, 32, 16, true}, {DType::kIQ4_XS, 32, 16, true},
};

// RMS error of rounding to that grid: step / sqrt(12) in each group.
double expected_rms(const Grid& grid, std::span<const float> x) {
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); i += grid.group) {
    const auto [low, high] = std::minmax_element(x.begin() + i, x.begin() + i + grid.group);
    const double range = grid.symmetric ? 2.0 * std::max(-*low, *high)
                                        : std::max(*high, 0.0F) - std::min(*low, 0.0F);
    sum += range / grid.steps * (range / grid.steps) / 12 * grid.group;
  }
  return std::sqrt(sum / static_cast<double>(x.size()));
}

double rms_error(std::span<const float> x, std::span<const float> y) {
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    sum += (static_cast<double>(x[i]) - y[i]) * (static_cast<double>(x[i]) - y[i]);
  }
  return std::sqrt(sum / static_cast<double>(x.size()));
}

// A decoder that misplaces a bit, a scale or a value is off by many steps. Good encoders choose
// scales below the full range (0.7 of the grid's error has been seen); rounding the scales of
// groups to four or six bits and clipping one end cost up to a fifth.
void expect_close(DType dtype, std::span<const float> x, std::span<const float> y,
                  const std::string& what) {
  switch (dtype) {
    case DType::kF32:
      for (std::size_t i = 0; i < x.size(); ++i) ASSERT_EQ(x[i], y[i]) << what << " " << i;
      return;
    case DType::kF16:
      for (std::size_t i = 0; i < x.size(); ++i) {
        ASSERT_EQ(half_to_float(float_to_half(x[i])), y[i]) << what << " " << i;
      }
      return;
    case DType::kBF16:
      for (std::size_t i = 0; i < x.size(); ++i) {
        ASSERT_EQ(bfloat_to_float(float_to_bfloat(x[i])), y[i]) << what << " " << i;
      }
      return;
    default:
      break;
  }
  const Grid& grid = *std::find_if(std::begin(kGrids), std::end(kGrids),
                                   [&](const Grid& g) { return g.dtype == dtype; });
  const double ratio = rms_error(x, y) / expected_rms(grid, x);
  EXPECT_LT(ratio, 1.25) << what;
  EXPECT_GT(ratio, 0.5) << what;
}

TEST(TrainedWeights, EveryTensorOfEveryFileIsItsSourceWithinTheStepOfItsType) {
  const auto source_path = test::shared_data("models/wp5m-f32.gguf");
  if (!source_path) GTEST_SKIP() << "../shared/data/models is not here";
  const gguf::File source(*source_path);
  std::map<DType, int> tensors_seen;
  for (const char* name : {"F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q2_K", "Q3_K_M",
                           "Q4_K_M", "Q5_K_M", "Q6_K", "IQ4_NL", "IQ4_XS"}) {
    const auto path = test::shared_data(std::string("models/wp5m-") + name + ".gguf");
    ASSERT_TRUE(path) << name;
    const gguf::File file(*path);
    for (const gguf::TensorInfo& tensor : file.header().tensors) {
      const gguf::TensorInfo* original = source.find_tensor(tensor.name);
      ASSERT_NE(original, nullptr) << tensor.name;
      ASSERT_EQ(original->shape, tensor.shape) << tensor.name;
      const std::size_t count = tensor.elements();
      const std::span<const float> x(reinterpret_cast<const float*>(source.data(*original).data()),
                                     count);
      std::vector<float> y(count);
      reference::dequantize_row(tensor.dtype)(file.data(tensor).data(), y.data(), count);
      expect_close(tensor.dtype, x, y, std::string(name) + " " + tensor.name);
      ++tensors_seen[tensor.dtype];
    }
  }
  EXPECT_EQ(tensors_seen.size(), all_dtypes().size());
}

TEST(EncodedWeights, EveryTypeIsItsSourceWithinItsStep) {
  std::mt19937 generator(5);
  std::vector<float> x(256 * 64);
  for (float& value : x) {  // four uniform numbers: close to normal
    int sum = 0;
    for (int i = 0; i < 4; ++i) sum += static_cast<int>(generator() >> 16) - 32768;
    value = static_cast<float>(sum) * 0x1p-20F;
  }
  std::vector<float> y(x.size());
  for (const DTypeTraits& traits : all_dtypes()) {
    std::vector<std::uint8_t> row(row_bytes(traits.dtype, x.size()));
    quantize_row(traits.dtype, x.data(), row.data(), x.size());
    reference::dequantize_row(traits.dtype)(row.data(), y.data(), x.size());
    expect_close(traits.dtype, x, y, std::string(traits.name));
  }
}

}  // namespace
}  // namespace woolly
