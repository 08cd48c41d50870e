#include "ci/gate/margin.h"

#include <cmath>

#include "ci/stats/quantile.h"

namespace woolly::gate {

Margin margin_for(const MarginSettings& settings, const std::vector<double>& aa_thetas,
                  double absolute_floor, double base_value) {
  Margin margin{std::log1p(settings.user), "user"};
  const auto raise_to = [&](double delta, const char* source) {
    if (delta > margin.delta) margin = {delta, source};
  };
  raise_to(std::log1p(kLayoutFloor), "layout");
  if (!aa_thetas.empty()) {
    std::vector<double> sizes;
    for (const double theta : aa_thetas) sizes.push_back(std::abs(theta));
    raise_to(stats::quantile(std::move(sizes), kAaQuantile), "A/A");
  }
  if (absolute_floor > 0 && base_value > 0) {
    raise_to(std::log1p(absolute_floor / base_value), "absolute");
  }
  if (settings.between_sessions) raise_to(std::log1p(kSessionFloor), "sessions");
  return margin;
}

}  // namespace woolly::gate
