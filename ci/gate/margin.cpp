#include "ci/gate/margin.h"

#include <cmath>

namespace woolly::gate {

Margin margin_for(const MarginSettings& settings, const HostNoise& noise, double absolute_floor,
                  double base_value) {
  Margin margin{std::log1p(settings.user), "user"};
  const auto raise_to = [&](double delta, const char* source) {
    if (delta > margin.delta) margin = {delta, source};
  };
  raise_to(layout_floor(noise).value_or(std::log1p(kLayoutFloor)), "layout");
  raise_to(aa_floor(noise).value_or(0), "A/A");
  if (absolute_floor > 0 && base_value > 0) {
    raise_to(std::log1p(absolute_floor / base_value), "absolute");
  }
  if (settings.between_sessions) raise_to(std::log1p(kSessionFloor), "sessions");
  return margin;
}

}  // namespace woolly::gate
