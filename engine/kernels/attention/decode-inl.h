// The body of decode_attention for one instruction set; WOOLLY_TARGET names its namespace,
// WOOLLY_LANES its vectors.
//
// Keys are taken a block at a time: scores, online softmax, weighted values. Within a block up to
// eight query heads share every key and value that is loaded and converted, in registers. Reading
// or multiplying is the bound, so neither rests: the block's values are prefetched while its scores
// are computed, and the next block's keys while its values are added up.
//
// Functions are noexcept: clang else adds a weak handler to the object
// (scripts/checks/isa_objects.sh).
#include <immintrin.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "engine/kernels/attention/decode.h"
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

constexpr size_t kBlockKeys = 64;  // 32 cost a tenth more time in what a block does once

// Keeps a vector that several products use in a register: g++ 12 else reads it again for each (a
// sixth of the speed with AVX-512 and eight heads).
WOOLLY_INLINE void hold(Vec& v) { __asm__("" : "+v"(v)); }

// The last n < kLanes floats of a row, and zeros.
WOOLLY_INLINE Vec load_last(const float* p, size_t n) {
  float whole[kLanes] = {};
  memcpy(whole, p, n * sizeof *p);
  return load(whole);
}

WOOLLY_INLINE void store_last(float* p, Vec v, size_t n) {
  float whole[kLanes];
  store(whole, v);
  memcpy(p, whole, n * sizeof *p);
}

// Memory to be read soon, called for in small steps between the arithmetic. To the second-level
// cache: the first has no room for the blocks in use and the next ones (14 GB/s instead of 18).
struct Ahead {
  const char* next;
  WOOLLY_INLINE void step(size_t bytes) {
    for (size_t i = 0; i < bytes; i += 64) _mm_prefetch(next + i, _MM_HINT_T1);
    next += bytes;
  }
};

// Query heads that are computed together, the first of them.
struct Heads {
  const float* q;
  float* partial;  // out, max, sum
};

// What a block of keys is to all its heads.
struct Block {
  const char* k;  // panels
  const char* v;  // rows
  size_t keys;
  size_t row_bytes;
  size_t head_dim;
};

// scores[h * kBlockKeys + j + i] = q[h] . k[j + i] for kVectors * kLanes keys. Calls for as many
// bytes of what comes next as it reads.
template <typename Kv, size_t kHeads, size_t kVectors>
WOOLLY_INLINE void score_keys(const Heads& heads, const Block& block, size_t j, Ahead& ahead,
                              float* scores) {
  constexpr size_t kStep = 4;  // dimensions between prefetches
  constexpr size_t kStepBytes = kVectors * kLanes * Kv::kRunBytes / (kRun / kStep);
  const size_t d = block.head_dim;
  const char* panels[kVectors];
  for (size_t s = 0; s < kVectors; ++s) {
    panels[s] = block.k + (j + s * kLanes) / kPanelKeys * kPanelKeys * block.row_bytes;
  }
  Vec dots[kVectors][kHeads] = {};
  const auto add_products = [&](size_t i) __attribute__((always_inline)) {
    Vec k[kVectors];
    for (size_t s = 0; s < kVectors; ++s) {
      k[s] = Kv::keys(panels[s], i, (j + s * kLanes) % kPanelKeys);
      hold(k[s]);
    }
    for (size_t h = 0; h < kHeads; ++h) {
      Vec q = broadcast(heads.q[h * d + i]);
      if (kVectors > 1) hold(q);
      for (size_t s = 0; s < kVectors; ++s) dots[s][h] = multiply_add(q, k[s], dots[s][h]);
    }
  };
  size_t i = 0;
  for (; i + kStep <= d; i += kStep) {
    for (size_t step = 0; step < kStep; ++step) add_products(i + step);
    ahead.step(kStepBytes);
  }
  for (; i < d; ++i) add_products(i);
  for (size_t h = 0; h < kHeads; ++h) {
    for (size_t s = 0; s < kVectors; ++s) {
      store(scores + h * kBlockKeys + j + s * kLanes, dots[s][h]);
    }
  }
}

// The scores of a block, those of its last panel with lanes that stand for no key.
template <typename Kv, size_t kHeads>
WOOLLY_NOINLINE void score(const Heads& heads, const Block& block, Ahead ahead,
                           float* scores) noexcept {
  constexpr size_t kMost = kBlockKeys / kLanes;
  constexpr size_t kVectors = kLanes / kHeads < kMost ? kLanes / kHeads : kMost;
  const size_t keys = whole_panels(block.keys);
  size_t j = 0;
  for (; j + kVectors * kLanes <= keys; j += kVectors * kLanes) {
    score_keys<Kv, kHeads, kVectors>(heads, block, j, ahead, scores);
  }
  for (; j < keys; j += kLanes) score_keys<Kv, kHeads, 1>(heads, block, j, ahead, scores);
}

// The last n < kLanes values of what accumulate() computes.
template <typename Kv, size_t kHeads>
WOOLLY_NOINLINE void accumulate_last(const Heads& heads, const Block& block, const float* weights,
                                     const float* corrections, size_t first) noexcept {
  const size_t d = block.head_dim;
  const size_t n = d - first;
  Vec out[kHeads];
  for (size_t h = 0; h < kHeads; ++h) {
    out[h] = load_last(heads.partial + h * (d + 2) + first, n) * broadcast(corrections[h]);
  }
  for (size_t j = 0; j < block.keys; ++j) {
    const Vec v = last_values<Kv>(block.v + j * block.row_bytes, first, n);
    for (size_t h = 0; h < kHeads; ++h) {
      out[h] = multiply_add(broadcast(weights[h * kBlockKeys + j]), v, out[h]);
    }
  }
  for (size_t h = 0; h < kHeads; ++h) store_last(heads.partial + h * (d + 2) + first, out[h], n);
}

// out[h] = out[h] * corrections[h] + sum_j weights[j][h] * v[j] for kVectors vectors of head_dim
// from value `first` on.
template <typename Kv, size_t kHeads, size_t kVectors>
WOOLLY_NOINLINE void accumulate_slice(const Heads& heads, const Block& block, const float* weights,
                                      const float* corrections, size_t first,
                                      Ahead ahead) noexcept {
  constexpr size_t kWidth = kVectors * kLanes;
  // Wide slices begin with a run, and saying so lets their vectors share its scale.
  const size_t at = kWidth % kRun == 0 ? 0 : first % kRun;
  size_t stride = block.head_dim + 2;
  float* to = heads.partial + first;
  Vec out[kHeads][kVectors];
  for (size_t h = 0; h < kHeads; ++h) {
    for (size_t s = 0; s < kVectors; ++s) {
      out[h][s] = load(to + h * stride + s * kLanes) * broadcast(corrections[h]);
    }
  }
  const char* row = block.v;
  for (size_t j = 0; j < block.keys; ++j, row += block.row_bytes) {
    Vec v[kVectors];
    for (size_t s = 0; s < kVectors; ++s) {
      const size_t value = at + s * kLanes;
      v[s] = Kv::values(row, first / kRun + value / kRun, value % kRun);
    }
    for (size_t h = 0; h < kHeads; ++h) {
      Vec weight = broadcast(weights[h * kBlockKeys + j]);
      hold(weight);
      for (size_t s = 0; s < kVectors; ++s) out[h][s] = multiply_add(weight, v[s], out[h][s]);
    }
    ahead.step(kWidth * Kv::kRunBytes / kRun);
  }
  // Addresses are computed again: kept through the loop, they would push its vectors to memory.
  __asm__("" : "+r"(stride));
  for (size_t h = 0; h < kHeads; ++h) {
    for (size_t s = 0; s < kVectors; ++s) store(to + h * stride + s * kLanes, out[h][s]);
  }
}

// All of head_dim, in slices; what is left of them goes to ever narrower ones.
template <typename Kv, size_t kHeads, size_t kVectors>
void accumulate(const Heads& heads, const Block& block, const float* weights,
                const float* corrections, size_t first, Ahead ahead) noexcept {
  constexpr size_t kWidth = kVectors * kLanes;
  for (; first + kWidth <= block.head_dim; first += kWidth) {
    accumulate_slice<Kv, kHeads, kVectors>(heads, block, weights, corrections, first, ahead);
    ahead.next += block.keys * (kWidth * Kv::kRunBytes / kRun);
  }
  if constexpr (kVectors > 1) {
    accumulate<Kv, kHeads, kVectors / 2>(heads, block, weights, corrections, first, ahead);
  } else if constexpr (!Kv::kWholeRuns) {
    if (first < block.head_dim) {
      accumulate_last<Kv, kHeads>(heads, block, weights, corrections, first);
    }
  }
}

// A block of keys for the kHeads query heads from `head` on. The heads that come first also fetch
// what follows: the block's values, then next_k.
template <typename Kv, size_t kHeads>
void attend_block(const DecodeAttentionArgs& args, size_t head, const Block& block,
                  const char* next_k) noexcept {
  const size_t d = args.head_dim;
  const Heads heads{args.q + head * d, args.partial + head * (d + 2)};
  alignas(64) float scores[kBlockKeys * kHeads];
  float corrections[kHeads];
  size_t visible[kHeads];
  for (size_t& keys : visible) keys = block.keys;
  float* maxima = heads.partial + d;
  score<Kv, kHeads>(heads, block, {block.v}, scores);
  weigh<kHeads, kBlockKeys>(scores, visible, args.scale, maxima, maxima + 1, d + 2, corrections);
  constexpr size_t kVectors = kLanes / kHeads < 8 ? kLanes / kHeads : 8;
  accumulate<Kv, kHeads, kVectors>(heads, block, scores, corrections, 0, {next_k});
}

template <typename Kv>
void attend(const DecodeAttentionArgs& args) noexcept {
  const size_t d = args.head_dim;
  const size_t row_bytes = d / kRun * Kv::kRunBytes + d % kRun * (Kv::kRunBytes / kRun);
  for (size_t h = 0; h < args.group; ++h) {
    float* partial = args.partial + h * (d + 2);
    memset(partial, 0, (d + 2) * sizeof *partial);
    partial[d] = -INFINITY;
  }
  const char* k = reinterpret_cast<const char*>(args.k) + args.key_begin * row_bytes;
  const char* v = reinterpret_cast<const char*>(args.v) + args.key_begin * row_bytes;
  for (size_t left = args.key_end - args.key_begin; left > 0;) {
    const size_t keys = left < kBlockKeys ? left : kBlockKeys;
    const Block block{k, v, keys, row_bytes, d};
    left -= keys;
    k += keys * row_bytes;
    v += keys * row_bytes;
    const char* next_k = left > 0 ? k : block.k;  // what is in the cache costs nothing to call for
    for (size_t head = 0; head < args.group; next_k = block.k) {
      const size_t heads = args.group - head;
      if (heads >= 8) {
        attend_block<Kv, 8>(args, head, block, next_k);
        head += 8;
      } else if (heads >= 4) {
        attend_block<Kv, 4>(args, head, block, next_k);
        head += 4;
      } else if (heads >= 2) {
        attend_block<Kv, 2>(args, head, block, next_k);
        head += 2;
      } else {
        attend_block<Kv, 1>(args, head, block, next_k);
        head += 1;
      }
    }
  }
}

}  // namespace

void decode_attention(const DecodeAttentionArgs& args) noexcept;

void decode_attention(const DecodeAttentionArgs& args) noexcept {
  for_kv_type(args.kv_type, [&]<typename Kv>(Kv) { attend<Kv>(args); });
}

}  // namespace woolly::WOOLLY_TARGET
