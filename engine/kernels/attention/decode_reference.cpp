#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/kernels/attention/decode.h"
#include "engine/kernels/dequantize_row/dequantize_row.h"

namespace woolly::reference {
namespace {

// Calls body(i, row[i]) for every value, converted a run at a time: rows of any length need no
// memory.
template <typename Body>
void for_values(DType type, const std::byte* row, std::size_t n, Body&& body) {
  constexpr std::size_t kRun = 32;  // a multiple of each KV type's block
  const DequantizeRowFn to_float = dequantize_row(type);
  float run[kRun];
  for (std::size_t begin = 0; begin < n; begin += kRun) {
    const std::size_t length = std::min(kRun, n - begin);
    to_float(row + row_bytes(type, begin), run, length);
    for (std::size_t i = 0; i < length; ++i) body(begin + i, run[i]);
  }
}

}  // namespace

void decode_attention(const DecodeAttentionArgs& args) noexcept {
  const std::size_t d = args.head_dim;
  const std::size_t row = row_bytes(args.kv_type, d);
  for (std::size_t h = 0; h < args.group; ++h) {
    const float* q = args.q + h * d;
    float* out = args.partial + h * (d + 2);
    std::fill_n(out, d, 0.0F);
    float max = -std::numeric_limits<float>::infinity();
    double sum = 0;
    for (std::size_t j = args.key_begin; j < args.key_end; ++j) {
      double dot = 0;
      for_values(args.kv_type, args.k + j * row, d,
                 [&](std::size_t i, float k) { dot += static_cast<double>(q[i]) * k; });
      const float score = static_cast<float>(dot) * args.scale;
      const float new_max = std::max(max, score);
      const float correction = std::exp(max - new_max);
      const float weight = std::exp(score - new_max);
      max = new_max;
      sum = sum * correction + weight;
      for_values(args.kv_type, args.v + j * row, d,
                 [&](std::size_t i, float v) { out[i] = out[i] * correction + weight * v; });
    }
    out[d] = max;
    out[d + 1] = static_cast<float>(sum);
  }
}

}  // namespace woolly::reference
