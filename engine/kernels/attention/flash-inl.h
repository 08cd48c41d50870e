// The body of flash_attention for one instruction set; WOOLLY_TARGET names its namespace.
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "engine/kernels/attention/attention.h"
#include "engine/kernels/attention/flash_layout.h"

namespace woolly::WOOLLY_TARGET {
namespace {

#include "engine/kernels/vec16-inl.h"

#define WOOLLY_INLINE inline __attribute__((always_inline))

constexpr size_t kLanes = sizeof(NativeVec) / sizeof(float);
constexpr size_t kVecs = 2;  // with six rows, sums that registers hold
constexpr size_t kStep = kVecs * kLanes;
static_assert(kFlashKeys % kStep == 0);

WOOLLY_INLINE NativeVec load(const float* p) {
  NativeVec v;
  memcpy(&v, p, sizeof v);
  return v;
}
WOOLLY_INLINE void store(float* p, NativeVec v) { memcpy(p, &v, sizeof v); }
WOOLLY_INLINE NativeVec all(float x) {
  const NativeVec zero = {};
  return zero + x;
}

// One key/value head of a call.
struct Head {
  const AttentionArgs* args;
  const float* q;  // of the first query and head
  float* out;
  FlashLayout layout;
  size_t group;
  size_t rows;  // queries times heads

  size_t row_stride() const { return args->heads * args->head_dim; }
  float* at(size_t offset) const { return args->scratch + offset; }
  // Where row r of q or out lies.
  size_t place(size_t r) const { return r / group * row_stride() + r % group * args->head_dim; }
  size_t visible(size_t r) const {
    const size_t row = r < rows ? r : rows - 1;
    return args->position + row / group + 1;
  }
};

void start_tiles(const Head& head) noexcept {
  const FlashLayout& l = head.layout;
  const size_t d = head.args->head_dim;
  memset(head.at(l.sums), 0, l.tiles * kFlashRows * l.padded_dim * sizeof(float));
  for (size_t r = 0; r < l.tiles * kFlashRows; ++r) {
    float* to = head.at(l.queries) + r / kFlashRows * d * kFlashRows + r % kFlashRows;
    const float* from = r < head.rows ? head.q + head.place(r) : nullptr;
    for (size_t i = 0; i < d; ++i) to[i * kFlashRows] = from ? from[i] * head.args->scale : 0;
    head.at(l.maxima)[r] = -INFINITY;
    head.at(l.totals)[r] = 0;
  }
}

// A block's keys as columns and its values as padded rows; zeros for keys that are not there.
void load_block(const Head& head, const char* k, const char* v, size_t count) noexcept {
  const AttentionArgs& args = *head.args;
  const FlashLayout& l = head.layout;
  const size_t d = args.head_dim;
  float* rows = head.at(l.rows);
  float* keys = head.at(l.keys);
  float* values = head.at(l.values);
  args.to_float(k, rows, count * d);
  for (size_t j = count; j < kFlashKeys; ++j) memset(rows + j * d, 0, d * sizeof(float));
  for (size_t i = 0; i < d; ++i) {
    for (size_t j = 0; j < kFlashKeys; ++j) keys[i * kFlashKeys + j] = rows[j * d + i];
  }
  args.to_float(v, rows, count * d);
  for (size_t j = 0; j < count; ++j) {
    memcpy(values + j * l.padded_dim, rows + j * d, d * sizeof(float));
    memset(values + j * l.padded_dim + d, 0, (l.padded_dim - d) * sizeof(float));
  }
}

// sums[v][r] += columns[i][v] * row_values[r] for i < count: column i is kStep floats at
// columns + i * stride, and value r of it at x + i * x_step + r * x_stride.
WOOLLY_INLINE void multiply(const float* columns, size_t stride, const float* x, size_t x_step,
                            size_t x_stride, size_t count, NativeVec (&sums)[kVecs][kFlashRows]) {
  for (size_t i = 0; i < count; ++i, columns += stride, x += x_step) {
    NativeVec w[kVecs];
    for (size_t v = 0; v < kVecs; ++v) w[v] = load(columns + v * kLanes);
#pragma GCC unroll 6
    for (size_t r = 0; r < kFlashRows; ++r) {
      NativeVec b = all(x[r * x_stride]);
      __asm__("" : "+v"(b));  // broadcast once for all vectors
      for (size_t v = 0; v < kVecs; ++v) sums[v][r] += w[v] * b;
    }
  }
}

__attribute__((noinline)) void score(const float* queries, const float* keys, size_t d,
                                     float* scores) noexcept {
  for (size_t j = 0; j < kFlashKeys; j += kStep) {
    NativeVec sums[kVecs][kFlashRows] = {};
    multiply(keys + j, kFlashKeys, queries, kFlashRows, 1, d, sums);
    for (size_t v = 0; v < kVecs; ++v) {
      for (size_t r = 0; r < kFlashRows; ++r) {
        store(scores + r * kFlashKeys + j + v * kLanes, sums[v][r]);
      }
    }
  }
}

WOOLLY_INLINE float largest(NativeVec v) {
  float lanes[kLanes];
  store(lanes, v);
  for (size_t width = kLanes / 2; width > 0; width /= 2) {
    for (size_t i = 0; i < width; ++i) {
      lanes[i] = lanes[i] > lanes[i + width] ? lanes[i] : lanes[i + width];
    }
  }
  return lanes[0];
}

WOOLLY_INLINE float total(NativeVec v) {
  float lanes[kLanes];
  store(lanes, v);
  for (size_t width = kLanes / 2; width > 0; width /= 2) {
    for (size_t i = 0; i < width; ++i) lanes[i] += lanes[i + width];
  }
  return lanes[0];
}

// A row's scores, of which `visible` count, to weights exp(score - max); returns what its older
// sums are to be multiplied with, now that its max may have grown.
WOOLLY_INLINE float weigh(float* scores, size_t visible, float* max, float* sum) {
  for (size_t j = visible; j < kFlashKeys; ++j) scores[j] = -INFINITY;
  NativeVec most = load(scores);
  for (size_t j = kLanes; j < kFlashKeys; j += kLanes) {
    const NativeVec s = load(scores + j);
    most = s > most ? s : most;
  }
  const float block_max = largest(most);
  const float new_max = block_max > *max ? block_max : *max;
  NativeVec correction = all(*max - new_max);
  exp_or_zero_native(&correction);
  NativeVec weights = {};
  for (size_t j = 0; j < kFlashKeys; j += kLanes) {
    NativeVec w = load(scores + j) - new_max;
    exp_or_zero_native(&w);
    store(scores + j, w);
    weights += w;
  }
  *max = new_max;
  *sum = *sum * correction[0] + total(weights);
  return correction[0];
}

__attribute__((noinline)) void add_values(const float* values, size_t padded_dim,
                                          const float* weights, const float* corrections,
                                          size_t keys, float* to) noexcept {
  for (size_t i = 0; i < padded_dim; i += kStep) {
    NativeVec sums[kVecs][kFlashRows];
    for (size_t v = 0; v < kVecs; ++v) {
      for (size_t r = 0; r < kFlashRows; ++r) {
        sums[v][r] = load(to + r * padded_dim + i + v * kLanes) * corrections[r];
      }
    }
    multiply(values + i, padded_dim, weights, 1, kFlashKeys, keys, sums);
    for (size_t v = 0; v < kVecs; ++v) {
      for (size_t r = 0; r < kFlashRows; ++r) {
        store(to + r * padded_dim + i + v * kLanes, sums[v][r]);
      }
    }
  }
}

// The block of keys from `first` on, for one tile. What a row does not see weighs nothing.
void attend_tile(const Head& head, size_t tile, size_t first) noexcept {
  const FlashLayout& l = head.layout;
  const size_t d = head.args->head_dim;
  const size_t row = tile * kFlashRows;
  const size_t last_visible = head.visible(row + kFlashRows - 1);
  if (last_visible <= first) return;
  float* scores = head.at(l.scores);
  score(head.at(l.queries) + row * d, head.at(l.keys), d, scores);
  float corrections[kFlashRows];
  for (size_t r = 0; r < kFlashRows; ++r) {
    const size_t seen = head.visible(row + r);
    const size_t visible = seen <= first               ? 0
                           : seen - first < kFlashKeys ? seen - first
                                                       : kFlashKeys;
    corrections[r] = weigh(scores + r * kFlashKeys, visible, head.at(l.maxima) + row + r,
                           head.at(l.totals) + row + r);
  }
  const size_t keys = last_visible - first < kFlashKeys ? last_visible - first : kFlashKeys;
  add_values(head.at(l.values), l.padded_dim, scores, corrections, keys,
             head.at(l.sums) + row * l.padded_dim);
}

void attend(const Head& head, const char* k, const char* v, size_t row_bytes) noexcept {
  const FlashLayout& l = head.layout;
  const size_t d = head.args->head_dim;
  const size_t keys = head.visible(head.rows - 1);
  start_tiles(head);
  for (size_t first = 0; first < keys; first += kFlashKeys) {
    const size_t count = keys - first < kFlashKeys ? keys - first : kFlashKeys;
    load_block(head, k + first * row_bytes, v + first * row_bytes, count);
    for (size_t tile = 0; tile < l.tiles; ++tile) attend_tile(head, tile, first);
  }
  for (size_t r = 0; r < head.rows; ++r) {
    const float* sums = head.at(l.sums) + r * l.padded_dim;
    const float inverse = 1 / head.at(l.totals)[r];
    float* out = head.out + head.place(r);
    for (size_t i = 0; i < d; ++i) out[i] = sums[i] * inverse;
  }
}

}  // namespace

void flash_attention(const AttentionArgs& args) noexcept;

void flash_attention(const AttentionArgs& args) noexcept {
  const size_t group = args.heads / args.kv_heads;
  const size_t bytes = row_bytes(args.kv_type, args.head_dim);
  for (size_t kv = args.kv_begin; kv < args.kv_end; ++kv) {
    const size_t at = kv * group * args.head_dim;
    const Head head{&args, args.q + at,   args.out + at, flash_layout(args.m, group, args.head_dim),
                    group, args.m * group};
    attend(head, (const char*)args.k + kv * args.context * bytes,
           (const char*)args.v + kv * args.context * bytes, bytes);
  }
}

}  // namespace woolly::WOOLLY_TARGET
