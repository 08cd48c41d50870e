// The body of flash_attention for one instruction set; WOOLLY_TARGET names its namespace,
// WOOLLY_LANES its vectors.
#include <immintrin.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "engine/kernels/attention/attention.h"
#include "engine/kernels/attention/flash_layout.h"
#include "engine/kernels/attention/key_panels.h"
#include "engine/tensor/blocks.h"

namespace woolly::WOOLLY_TARGET {
namespace {

#include WOOLLY_LANES
// With these.
#include "engine/kernels/attention/kv_types-inl.h"
#include "engine/kernels/native_vec-inl.h"
// And these.
#include "engine/kernels/attention/weigh-inl.h"

constexpr size_t kVecs = 2;  // with six rows, sums that registers hold
constexpr size_t kStep = kVecs * kLanes;
static_assert(kFlashKeys % kStep == 0);

// One key/value head of a call.
struct Head {
  const AttentionArgs* args;
  const float* q;  // of the first query and head
  float* out;
  FlashLayout layout;
  size_t group;
  size_t rows;       // queries times heads
  size_t row_bytes;  // of a cached value, and of a key in its panel

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
    for (size_t i = 0; i < d; ++i) to[i * kFlashRows] = from ? from[i] : 0;
    head.at(l.maxima)[r] = -INFINITY;
    head.at(l.totals)[r] = 0;
  }
}

// A block's keys as columns and its values as padded rows.
template <typename Kv>
WOOLLY_INLINE void load_block(const Head& head, const char* k, const char* v, size_t count) {
  const FlashLayout& l = head.layout;
  const size_t d = head.args->head_dim;
  const size_t row_bytes = head.row_bytes;
  for (size_t j = 0; j < count; j += kLanes) {
    const char* panel = k + j / kPanelKeys * kPanelKeys * row_bytes;
    float* to = head.at(l.keys) + j;
    for (size_t i = 0; i < d; ++i) store(to + i * kFlashKeys, Kv::keys(panel, i, j % kPanelKeys));
  }
  for (size_t j = 0; j < count; ++j) {
    const char* row = v + j * row_bytes;
    float* to = head.at(l.values) + j * l.padded_dim;
    size_t i = 0;
    for (; i + kLanes <= d; i += kLanes) store(to + i, Kv::values(row, i / kRun, i % kRun));
    for (; i < l.padded_dim; i += kLanes) {
      store(to + i, i < d ? last_values<Kv>(row, i, d - i) : Vec{});
    }
  }
}

// sums[v][r] += columns[i][v] * row_values[r] for i < count: column i is kStep floats at
// columns + i * stride, and value r of it at x + i * x_step + r * x_stride.
WOOLLY_INLINE void multiply(const float* columns, size_t stride, const float* x, size_t x_step,
                            size_t x_stride, size_t count, Vec (&sums)[kVecs][kFlashRows]) {
  for (size_t i = 0; i < count; ++i, columns += stride, x += x_step) {
    Vec w[kVecs];
    for (size_t v = 0; v < kVecs; ++v) w[v] = load(columns + v * kLanes);
#pragma GCC unroll 6
    for (size_t r = 0; r < kFlashRows; ++r) {
      Vec b = broadcast(x[r * x_stride]);
      __asm__("" : "+v"(b));  // broadcast once for all vectors
      for (size_t v = 0; v < kVecs; ++v) sums[v][r] = multiply_add(w[v], b, sums[v][r]);
    }
  }
}

WOOLLY_NOINLINE void score(const float* queries, const float* keys, size_t d,
                           float* scores) noexcept {
  for (size_t j = 0; j < kFlashKeys; j += kStep) {
    Vec sums[kVecs][kFlashRows] = {};
    multiply(keys + j, kFlashKeys, queries, kFlashRows, 1, d, sums);
    for (size_t v = 0; v < kVecs; ++v) {
      for (size_t r = 0; r < kFlashRows; ++r) {
        store(scores + r * kFlashKeys + j + v * kLanes, sums[v][r]);
      }
    }
  }
}

WOOLLY_NOINLINE void add_values(const float* values, size_t padded_dim, const float* weights,
                                const float* corrections, size_t keys, float* to) noexcept {
  for (size_t i = 0; i < padded_dim; i += kStep) {
    Vec sums[kVecs][kFlashRows];
    for (size_t v = 0; v < kVecs; ++v) {
      for (size_t r = 0; r < kFlashRows; ++r) {
        sums[v][r] = load(to + r * padded_dim + i + v * kLanes) * broadcast(corrections[r]);
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
  size_t visible[kFlashRows];
  for (size_t r = 0; r < kFlashRows; ++r) {
    const size_t seen = head.visible(row + r);
    visible[r] = seen <= first ? 0 : seen - first < kFlashKeys ? seen - first : kFlashKeys;
  }
  float corrections[kFlashRows];
  weigh<kFlashRows, kFlashKeys>(scores, visible, head.args->scale, head.at(l.maxima) + row,
                                head.at(l.totals) + row, 1, corrections);
  const size_t keys = last_visible - first < kFlashKeys ? last_visible - first : kFlashKeys;
  add_values(head.at(l.values), l.padded_dim, scores, corrections, keys,
             head.at(l.sums) + row * l.padded_dim);
}

template <typename Kv>
void attend(const Head& head, const char* k, const char* v) noexcept {
  const FlashLayout& l = head.layout;
  const size_t d = head.args->head_dim;
  const size_t keys = head.visible(head.rows - 1);
  start_tiles(head);
  for (size_t first = 0; first < keys; first += kFlashKeys) {
    const size_t count = keys - first < kFlashKeys ? keys - first : kFlashKeys;
    load_block<Kv>(head, k + first * head.row_bytes, v + first * head.row_bytes, count);
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
  const char* k = reinterpret_cast<const char*>(args.k);
  const char* v = reinterpret_cast<const char*>(args.v);
  for (size_t kv = args.kv_begin; kv < args.kv_end; ++kv) {
    const size_t at = kv * group * args.head_dim;
    const Head head{
        &args, args.q + at,    args.out + at, flash_layout(args.m, group, args.head_dim),
        group, args.m * group, bytes};
    for_kv_type(args.kv_type, [&]<typename Kv>(Kv) {
      attend<Kv>(head, k + kv * whole_panels(args.context) * bytes, v + kv * args.context * bytes);
    });
  }
}

}  // namespace woolly::WOOLLY_TARGET
