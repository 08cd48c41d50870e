// |decoded - original| against what the grid of each type allows, on random and adversarial rows.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "engine/kernels/dequantize_row/dequantize_row.h"
#include "engine/kernels/quantize_row/quantize_row.h"
#include "engine/tensor/blocks.h"

namespace woolly {
namespace {

constexpr int kBlock = 256;
constexpr double kHalfEpsilon = 0x1p-11;  // relative rounding of a normal half
constexpr double kHalfTiny = 0x1p-25;     // absolute rounding of a subnormal one

double stored_half_error(double x) { return std::max(std::abs(x) * kHalfEpsilon, kHalfTiny); }

struct Group {
  double low;
  double high;
  double extreme() const { return -low > high ? low : high; }
};
Group group_of(const std::vector<float>& x, int i, int size) {
  const auto begin = x.begin() + i / size * size;
  const auto [low, high] = std::minmax_element(begin, begin + size);
  return {*low, *high};
}

// One scale for 32 values, codes -zero .. zero - 1, the extreme at -zero: half a step, except that
// a value of the other sign finds no code beyond zero - 1.
double symmetric_bound(const std::vector<float>& x, int i, int zero) {
  const double step = std::abs(group_of(x, i, 32).extreme()) / zero;
  const double beyond = std::abs(x[i]) - (zero - 1) * step;
  return std::max(step / 2, beyond) + (zero + 1) * stored_half_error(step);
}

double range_bound(const std::vector<float>& x, int i, int top) {
  const Group g = group_of(x, i, 32);
  const double step = (g.high - g.low) / top;
  return step / 2 + (top + 1) * stored_half_error(step) + stored_half_error(g.low);
}

double q8_bound(const std::vector<float>& x, int i) {
  const double step = std::abs(group_of(x, i, 32).extreme()) / 127;
  return step / 2 + 128 * stored_half_error(step);
}

// Half a step, plus what rounding the group's scale and minimum to `top_scale` levels adds: `top`
// steps that are each off by half a level, and half a level of the minimum.
double super_range_bound(const std::vector<float>& x, int i, int group, int top, int top_scale) {
  double largest_scale = 0;
  double largest_min = 0;
  for (int j = 0; j < kBlock; j += group) {
    const Group g = group_of(x, j, group);
    const double low = std::min(g.low, 0.0);
    largest_scale = std::max(largest_scale, (std::max(g.high, low) - low) / top);
    largest_min = std::max(largest_min, -low);
  }
  const Group own = group_of(x, i, group);
  const double low = std::min(own.low, 0.0);
  const double step = (std::max(own.high, low) - low) / top;
  const auto level_error = [&](double largest) {
    const double level = largest / top_scale;
    return level / 2 + (top_scale + 1) * stored_half_error(level);
  };
  const double step_error = level_error(largest_scale);
  return (step + step_error) / 2 + top * step_error + level_error(largest_min);
}

double super_symmetric_bound(const std::vector<float>& x, int i, int zero, int lowest_scale) {
  double largest_scale = 0;
  for (int j = 0; j < kBlock; j += 16) {
    largest_scale = std::max(largest_scale, std::abs(group_of(x, j, 16).extreme()) / zero);
  }
  const double level = largest_scale / lowest_scale;
  // A whole level where the largest scale of the other sign finds no code.
  const double step_error = level + (lowest_scale + 1) * stored_half_error(level);
  const double step = std::abs(group_of(x, i, 16).extreme()) / zero;
  const double beyond = std::abs(x[i]) - (zero - 1) * step;
  return std::max((step + step_error) / 2, beyond) + zero * step_error;
}

using Bound = std::function<double(const std::vector<float>&, int)>;
const std::pair<DType, Bound> kBounds[] = {
    {DType::kQ4_0, [](const auto& x, int i) { return symmetric_bound(x, i, 8); }},
    {DType::kQ5_0, [](const auto& x, int i) { return symmetric_bound(x, i, 16); }},
    {DType::kQ4_1, [](const auto& x, int i) { return range_bound(x, i, 15); }},
    {DType::kQ5_1, [](const auto& x, int i) { return range_bound(x, i, 31); }},
    {DType::kQ8_0, q8_bound},
    {DType::kQ2_K, [](const auto& x, int i) { return super_range_bound(x, i, 16, 3, 15); }},
    {DType::kQ4_K, [](const auto& x, int i) { return super_range_bound(x, i, 32, 15, 63); }},
    {DType::kQ5_K, [](const auto& x, int i) { return super_range_bound(x, i, 32, 31, 63); }},
    {DType::kQ3_K, [](const auto& x, int i) { return super_symmetric_bound(x, i, 4, 32); }},
    {DType::kQ6_K, [](const auto& x, int i) { return super_symmetric_bound(x, i, 32, 128); }},
};

struct Row {
  std::string name;
  std::vector<float> x;
};

std::vector<Row> adversarial_rows() {
  std::mt19937 generator(11);
  const auto uniform = [&] { return static_cast<float>(generator()) * 0x1p-31F - 1.0F; };
  const auto make = [](std::string name, const std::function<float(int)>& f) {
    Row row{std::move(name), std::vector<float>(kBlock)};
    for (int i = 0; i < kBlock; ++i) row.x[i] = f(i);
    return row;
  };
  std::vector<Row> rows;
  for (int n = 0; n < 50; ++n) {
    rows.push_back(make("uniform", [&](int) { return uniform(); }));
    rows.push_back(make("cubed", [&](int) {
      const float u = uniform();
      return u * u * u * 30.0F;
    }));
    rows.push_back(make("a magnitude per group", [&](int i) {
      return uniform() / static_cast<float>(1 << (i / 16 * 7 + n) % 16);
    }));
    rows.push_back(make("shifted", [&](int) { return uniform() + static_cast<float>(n - 25); }));
  }
  rows.push_back(make("constant", [](int) { return 0.37F; }));
  rows.push_back(make("negative constant", [](int) { return -0.37F; }));
  rows.push_back(make("one spike", [](int i) { return i == 77 ? -1000.0F : 0.001F; }));
  rows.push_back(make("alternating", [](int i) { return i % 2 == 0 ? 1.0F : -1.0F; }));
  rows.push_back(make("all negative", [&](int) { return uniform() - 5.0F; }));
  rows.push_back(make("far from zero", [&](int) { return 60000.0F + uniform(); }));
  rows.push_back(make("largest", [](int i) { return i % 3 == 0 ? 65504.0F : -65504.0F; }));
  rows.push_back(make("scales in the subnormal halves", [&](int) { return uniform() * 1e-6F; }));
  rows.push_back(make("below every half", [&](int) { return uniform() * 1e-9F; }));
  rows.push_back(make("float subnormals", [&](int) { return uniform() * 1e-39F; }));
  rows.push_back(make("signs by group", [&](int i) {
    return (i / 16 % 2 == 0 ? 1.0F : -1.0F) * (uniform() + 1.0F);
  }));
  return rows;
}

std::vector<float> round_trip(DType dtype, const std::vector<float>& x) {
  std::vector<std::uint8_t> row(row_bytes(dtype, x.size()));
  quantize_row(dtype, x.data(), row.data(), x.size());
  std::vector<float> y(x.size());
  reference::dequantize_row(dtype)(row.data(), y.data(), x.size());
  return y;
}

TEST(ErrorBound, NoValueIsFurtherAwayThanItsGridAllows) {
  for (const auto& [dtype, bound] : kBounds) {
    for (const Row& row : adversarial_rows()) {
      const std::vector<float> y = round_trip(dtype, row.x);
      for (int i = 0; i < kBlock; ++i) {
        const double allowed = bound(row.x, i) * (1 + 1e-5) + std::abs(row.x[i]) * 1e-6;
        ASSERT_LE(std::abs(static_cast<double>(y[i]) - row.x[i]), allowed)
            << dtype_traits(dtype).name << ", " << row.name << ", value " << i << ": " << row.x[i]
            << " became " << y[i];
      }
    }
  }
}

double squared_error(const std::vector<float>& x, const std::vector<float>& y) {
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    sum += (static_cast<double>(y[i]) - x[i]) * (static_cast<double>(y[i]) - x[i]);
  }
  return sum;
}

// The nearest table values when the extreme of each 32 gets the lowest entry, nothing rounded.
std::vector<float> naive_iq4(const std::vector<float>& x) {
  std::vector<float> y(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double d = group_of(x, static_cast<int>(i), 32).extreme() / -127;
    double best = d * kIq4NlValues[0];
    for (const int v : kIq4NlValues) {
      if (std::abs(d * v - x[i]) < std::abs(best - x[i])) best = d * v;
    }
    y[i] = static_cast<float>(best);
  }
  return y;
}

TEST(ErrorBound, Iq4NlIsNotWorseThanTheObviousScale) {
  for (const Row& row : adversarial_rows()) {
    double tiny = 0;  // what a scale among the subnormal halves costs
    for (int i = 0; i < kBlock; ++i) tiny += std::pow(127 * kHalfTiny, 2);
    const double allowed = squared_error(row.x, naive_iq4(row.x)) * 1.02 + tiny;
    double magnitude = squared_error(row.x, std::vector<float>(kBlock, 0.0F)) * 0x1p-21;
    EXPECT_LE(squared_error(row.x, round_trip(DType::kIQ4_NL, row.x)), allowed + magnitude)
        << row.name;
  }
}

// Where the groups of a super-block are alike, six-bit scales cost little.
TEST(ErrorBound, Iq4XsIsCloseToIq4NlOnGroupsOfOneMagnitude) {
  for (const Row& row : adversarial_rows()) {
    if (row.name != "uniform") continue;
    EXPECT_LE(squared_error(row.x, round_trip(DType::kIQ4_XS, row.x)),
              1.2 * squared_error(row.x, round_trip(DType::kIQ4_NL, row.x)));
  }
}

TEST(ErrorBound, Iq4XsBoundsEveryValueByItsSuperBlock) {
  for (const Row& row : adversarial_rows()) {
    const std::vector<float> y = round_trip(DType::kIQ4_XS, row.x);
    double largest = 0;
    for (const float x : row.x) largest = std::max(largest, std::abs(static_cast<double>(x)));
    for (int i = 0; i < kBlock; ++i) {
      const double own = std::abs(group_of(row.x, i, 32).extreme());
      EXPECT_LE(std::abs(static_cast<double>(y[i]) - row.x[i]),
                0.25 * own + largest / 32 + 127 * 32 * kHalfTiny)
          << row.name << " value " << i << ": " << row.x[i] << " became " << y[i];
    }
  }
}

}  // namespace
}  // namespace woolly
