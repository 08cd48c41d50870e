#include "engine/runtime/kl_divergence.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "engine/base/check.h"
#include "engine/runtime/log_sum_exp.h"

namespace woolly {
namespace {

// The value at `fraction` of the way through the order, between two neighbours linearly.
double quantile_of_sorted(std::span<const double> sorted, double fraction) {
  const double place = fraction * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  const double weight = place - static_cast<double>(below);
  return weight == 0 ? sorted[below] : (1 - weight) * sorted[below] + weight * sorted[above];
}

std::ptrdiff_t most_likely(std::span<const float> logits) {
  return std::max_element(logits.begin(), logits.end()) - logits.begin();
}

}  // namespace

double kl_divergence(std::span<const float> base, std::span<const float> model) {
  WOOLLY_CHECK(base.size() == model.size());
  const double base_total = log_sum_exp(base);
  const double model_total = log_sum_exp(model);
  double sum = 0;
  for (std::size_t i = 0; i < base.size(); ++i) {
    const double log_p = base[i] - base_total;
    const double p = std::exp(log_p);
    if (p > 0) sum += p * (log_p - (model[i] - model_total));
  }
  return sum < 0 ? 0 : sum;  // by rounding
}

void KlStatistics::add(std::span<const float> base, std::span<const float> model) {
  const double value = kl_divergence(base, model);
  values_.push_back(value);
  moments_.add(value);
  if (most_likely(base) == most_likely(model)) ++same_top1_;
}

KlDivergence KlStatistics::summary() const {
  WOOLLY_CHECK(!values_.empty());
  std::vector<double> sorted = values_;
  std::sort(sorted.begin(), sorted.end());
  return {moments_.mean(),
          moments_.standard_error_of_mean(),
          quantile_of_sorted(sorted, 0.5),
          quantile_of_sorted(sorted, 0.99),
          sorted.back(),
          100.0 * same_top1_ / moments_.count()};
}

}  // namespace woolly
