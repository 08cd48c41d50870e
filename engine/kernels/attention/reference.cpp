#include <cmath>

#include "engine/kernels/attention/attention.h"
#include "engine/kernels/attention/key_panels.h"

namespace woolly::reference {

void attention(const AttentionArgs& args) noexcept {
  const std::size_t d = args.head_dim;
  const std::size_t group = args.heads / args.kv_heads;
  const std::size_t row = row_bytes(args.kv_type, d);
  float* scores = args.scratch;
  float* vector = args.scratch + args.context;
  for (std::size_t h = args.kv_begin * group; h < args.kv_end * group; ++h) {
    const std::byte* k = args.k + h / group * whole_panels(args.context) * row;
    const std::byte* v = args.v + h / group * args.context * row;
    for (std::size_t t = 0; t < args.m; ++t) {
      const float* q = args.q + (t * args.heads + h) * d;
      const std::size_t visible = args.position + t + 1;
      for (std::size_t j = 0; j < visible; ++j) {
        read_key(args.kv_type, k, j, d, vector);
        double dot = 0;
        for (std::size_t i = 0; i < d; ++i) dot += static_cast<double>(q[i]) * vector[i];
        scores[j] = static_cast<float>(dot) * args.scale;
      }
      args.softmax(scores, visible);
      float* out = args.out + (t * args.heads + h) * d;
      for (std::size_t i = 0; i < d; ++i) out[i] = 0;
      for (std::size_t j = 0; j < visible; ++j) {
        args.to_float(v + j * row, vector, d);
        for (std::size_t i = 0; i < d; ++i) out[i] += scores[j] * vector[i];
      }
    }
  }
}

}  // namespace woolly::reference
