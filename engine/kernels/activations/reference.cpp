#include <algorithm>
#include <cmath>

#include "engine/kernels/activations/activations.h"

namespace woolly::reference {

void quantize_activations(const Activations& row, std::size_t cols, std::size_t begin,
                          std::size_t end) noexcept {
  if (end == cols) {
    end = (end + 255) / 256 * 256;
    std::fill(row.values + cols, row.values + end, 0.0F);
  }
  for (std::size_t g = begin / 32; g < end / 32; ++g) {
    const float* x = row.values + 32 * g;
    float largest = 0;
    for (int i = 0; i < 32; ++i) largest = std::max(largest, std::fabs(x[i]));
    const float scale = largest / 127;
    const float inverse = scale > kSmallestScale ? 1 / scale : 0;
    int sums[2] = {};
    for (int i = 0; i < 32; ++i) {
      const auto code = static_cast<int>(std::nearbyint(x[i] * inverse));
      row.codes[32 * g + static_cast<std::size_t>(i)] = static_cast<std::int8_t>(code);
      sums[i / 16] += code;
    }
    row.scales[g] = scale;
    for (std::size_t half = 0; half < 2; ++half) row.negative_sums[2 * g + half] = -sums[half];
    row.sum_pairs[g] = pair_of_sums(sums[0], sums[1]);
    row.sums32[g] = scale * static_cast<float>(sums[0] + sums[1]);
  }
}

}  // namespace woolly::reference
