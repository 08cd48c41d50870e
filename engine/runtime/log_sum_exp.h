#pragma once

#include <algorithm>
#include <cmath>
#include <span>

namespace woolly {

// ln(sum of exp(x)) over a non-empty `values`: what a logit is above its log-probability. Finite
// unless a value is NaN or +inf, or all are -inf.
inline double log_sum_exp(std::span<const float> values) {
  const double max = *std::max_element(values.begin(), values.end());
  double sum = 0;
  for (const float value : values) sum += std::exp(value - max);
  return max + std::log(sum);
}

}  // namespace woolly
