#include "ci/history/sparkline.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "ci/stats/quantile.h"

namespace woolly::history {

std::string sparkline(std::span<const double> values, std::size_t width) {
  static constexpr std::array kHeights = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const std::size_t columns = std::min(width, values.size());
  std::vector<double> joined;
  for (std::size_t c = 0; c < columns; ++c) {
    const std::size_t begin = c * values.size() / columns;
    const std::size_t end = (c + 1) * values.size() / columns;
    joined.push_back(stats::median({values.begin() + static_cast<std::ptrdiff_t>(begin),
                                    values.begin() + static_cast<std::ptrdiff_t>(end)}));
  }
  if (joined.empty()) return "";
  const auto [low, high] = std::minmax_element(joined.begin(), joined.end());
  const double range = *high - *low;
  std::string text;
  for (const double value : joined) {
    const double height = range > 0 ? (value - *low) / range : 0.5;
    text += kHeights[static_cast<std::size_t>(std::lround(height * (kHeights.size() - 1)))];
  }
  return text;
}

}  // namespace woolly::history
