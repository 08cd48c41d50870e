#include <cblas.h>

#include <algorithm>
#include <cmath>

#include "engine/kernels/attention/attention.h"
#include "engine/kernels/attention/key_panels.h"
#include "engine/kernels/attention/tile.h"

namespace woolly::blas {
namespace {

struct Head {
  const float* k;  // [visible][head_dim]
  const float* v;
};

// This head's first `visible` keys and values as rows of floats, converted once for all queries
// that read them; f32 values stay in place.
Head load_head(const AttentionArgs& args, std::size_t kv_head, std::size_t visible,
               float* scratch) {
  const std::size_t d = args.head_dim;
  const std::size_t row = row_bytes(args.kv_type, d);
  const std::byte* k = args.k + kv_head * whole_panels(args.context) * row;
  const std::byte* v = args.v + kv_head * args.context * row;
  for (std::size_t j = 0; j < visible; ++j) read_key(args.kv_type, k, j, d, scratch + j * d);
  if (args.kv_type == DType::kF32) return {scratch, reinterpret_cast<const float*>(v)};
  float* v_floats = scratch + args.context * d;
  args.to_float(v, v_floats, visible * d);
  return {scratch, v_floats};
}

// `queries` rows of q, q_stride apart, of which row i sees first_visible + i * visible_step keys.
void attend(const AttentionArgs& args, const Head& head, const float* q, float* out,
            std::size_t queries, std::size_t q_stride, std::size_t first_visible,
            std::size_t visible_step, float* scores) {
  const std::size_t longest = first_visible + (queries - 1) * visible_step;
  const auto rows = static_cast<blasint>(queries);
  const auto keys = static_cast<blasint>(longest);
  const auto d = static_cast<blasint>(args.head_dim);
  const auto stride = static_cast<blasint>(q_stride);
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, rows, keys, d, args.scale, q, stride, head.k,
              d, 0.0F, scores, keys);
  for (std::size_t i = 0; i < queries; ++i) {
    float* row = scores + i * longest;
    const std::size_t visible = first_visible + i * visible_step;
    args.softmax(row, visible);
    std::fill(row + visible, row + longest, 0.0F);
  }
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, d, keys, 1.0F, scores, keys, head.v,
              d, 0.0F, out, stride);
}

}  // namespace

void attention(const AttentionArgs& args) noexcept {
  const std::size_t d = args.head_dim;
  const std::size_t group = args.heads / args.kv_heads;
  const std::size_t stride = args.heads * d;
  float* scores = args.scratch + 2 * args.context * d;
  for (std::size_t kv = args.kv_begin; kv < args.kv_end; ++kv) {
    const Head head = load_head(args, kv, args.position + args.m, args.scratch);
    if (args.m == 1) {  // the whole group in one product: keys are read once
      const std::size_t at = kv * group * d;
      attend(args, head, args.q + at, args.out + at, group, d, args.position + 1, 0, scores);
      continue;
    }
    for (std::size_t h = kv * group; h < (kv + 1) * group; ++h) {
      for (std::size_t t = 0; t < args.m; t += kAttentionTileQueries) {
        const std::size_t at = t * stride + h * d;
        attend(args, head, args.q + at, args.out + at, std::min(kAttentionTileQueries, args.m - t),
               stride, args.position + t + 1, 1, scores);
      }
    }
  }
}

}  // namespace woolly::blas
