#include "microbench/harness/inputs.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "engine/base/check.h"

namespace woolly::micro {

AlignedVector<float> random_floats(std::size_t n, unsigned seed) {
  std::mt19937 random(seed);
  AlignedVector<float> values(n);
  for (float& value : values) {
    value = static_cast<float>(static_cast<double>(random()) * 0x1p-31 - 1.0);
  }
  return values;
}

std::size_t uncached_bytes() {
  constexpr std::size_t kLeast = std::size_t{128} << 20;
  constexpr std::size_t kMost = std::size_t{1} << 30;
  const long last_cache =
      std::max(::sysconf(_SC_LEVEL3_CACHE_SIZE), ::sysconf(_SC_LEVEL2_CACHE_SIZE));
  return std::clamp(last_cache > 0 ? 4 * static_cast<std::size_t>(last_cache) : 0, kLeast, kMost);
}

std::size_t uncached_copies(std::size_t bytes) {
  return std::max<std::size_t>(1, (uncached_bytes() + bytes - 1) / bytes);
}

std::string first_difference(std::span<const float> got, std::span<const float> expected,
                             const std::function<double(std::size_t)>& tolerance) {
  WOOLLY_CHECK(got.size() == expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    const double difference = std::fabs(static_cast<double>(got[i]) - expected[i]);
    const double allowed = tolerance(i);
    if (difference <= allowed) continue;
    return fmt::format("value {} is {}, expected {} within {:.3g}", i, got[i], expected[i],
                       allowed);
  }
  return "";
}

}  // namespace woolly::micro
