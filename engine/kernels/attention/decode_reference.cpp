#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/kernels/attention/decode.h"
#include "engine/kernels/attention/key_panels.h"
#include "engine/kernels/dequantize_row/dequantize_row.h"

namespace woolly::reference {
void decode_attention(const DecodeAttentionArgs& args) noexcept {
  const std::size_t d = args.head_dim;
  const std::size_t row = row_bytes(args.kv_type, d);
  const DequantizeRowFn to_float = dequantize_row(args.kv_type);
  for (std::size_t h = 0; h < args.group; ++h) {
    const float* q = args.q + h * d;
    float* out = args.partial + h * (d + 2);
    std::fill_n(out, d, 0.0F);
    float max = -std::numeric_limits<float>::infinity();
    double sum = 0;
    for (std::size_t j = args.key_begin; j < args.key_end; ++j) {
      double dot = 0;
      for (std::size_t first = 0; first < d; first += kKeyRun) {
        float k[kKeyRun];
        const std::size_t n = read_key_run(args.kv_type, args.k, j, d, first, k);
        for (std::size_t i = 0; i < n; ++i) dot += static_cast<double>(q[first + i]) * k[i];
      }
      const float score = static_cast<float>(dot) * args.scale;
      const float new_max = std::max(max, score);
      const float correction = std::exp(max - new_max);
      const float weight = std::exp(score - new_max);
      max = new_max;
      sum = sum * correction + weight;
      for (std::size_t first = 0; first < d; first += kKeyRun) {
        float v[kKeyRun];
        const std::size_t n = std::min(kKeyRun, d - first);
        to_float(args.v + j * row + row_bytes(args.kv_type, first), v, n);
        for (std::size_t i = 0; i < n; ++i) {
          out[first + i] = out[first + i] * correction + weight * v[i];
        }
      }
    }
    out[d] = max;
    out[d + 1] = static_cast<float>(sum);
  }
}

}  // namespace woolly::reference
