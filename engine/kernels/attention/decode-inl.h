// The body of decode_attention, included by each ISA file inside its own anonymous namespace. The
// including file defines before:
//
//   Vec, kLanes                          so many floats as one vector, 8 or 16
//   load, store, broadcast, multiply_add  of Vec; multiply_add(a, b, c) = a * b + c
//   halves_to_floats, bfloats_to_floats, bytes_to_floats   kLanes stored values as floats
//   Vec sums(Vec (&v)[kLanes])            lane i: the sum of v[i]
//
// Keys are taken a block at a time: scores, online softmax, weighted values. Within a block up to
// eight query heads share every key and value that is loaded and converted, in registers. Reading
// is the bound, so the memory never rests: the block's values are prefetched while its scores are
// computed, and the next block's keys while its values are added up.
//
// Functions are noexcept: clang else adds a weak handler to the object
// (scripts/checks/isa_objects.sh).
//
// No include guard and no #include of headers: this is text, not an interface.

#include "engine/kernels/vec16-inl.h"

#define WOOLLY_INLINE inline __attribute__((always_inline))
#define WOOLLY_NOINLINE __attribute__((noinline))

constexpr size_t kBlockKeys = 64;  // 32 cost a tenth more time in what a block does once
constexpr size_t kRun = 32;        // values that share a scale in Q8_0; other rows are walked alike

// How each KV type is read: value run * kRun + at of a row, and the kLanes - 1 behind it.
// kWholeRuns: no row ends within a run.
struct F32 {
  static constexpr size_t kRunBytes = 4 * kRun;
  static constexpr bool kWholeRuns = false;
  static WOOLLY_INLINE Vec values(const char* row, size_t run, size_t at) {
    return load(reinterpret_cast<const float*>(row) + run * kRun + at);
  }
};

struct F16 {
  static constexpr size_t kRunBytes = 2 * kRun;
  static constexpr bool kWholeRuns = false;
  static WOOLLY_INLINE Vec values(const char* row, size_t run, size_t at) {
    return halves_to_floats(reinterpret_cast<const Half*>(row) + run * kRun + at);
  }
};

struct Bf16 {
  static constexpr size_t kRunBytes = 2 * kRun;
  static constexpr bool kWholeRuns = false;
  static WOOLLY_INLINE Vec values(const char* row, size_t run, size_t at) {
    return bfloats_to_floats(reinterpret_cast<const uint16_t*>(row) + run * kRun + at);
  }
};

struct Q8 {
  static constexpr size_t kRunBytes = sizeof(BlockQ8_0);
  static constexpr bool kWholeRuns = true;
  static WOOLLY_INLINE Vec values(const char* row, size_t run, size_t at) {
    const BlockQ8_0* block = reinterpret_cast<const BlockQ8_0*>(row) + run;
    return broadcast(_cvtsh_ss(block->d)) * bytes_to_floats(block->qs + at);
  }
};

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

// The same of a stored row.
template <typename Kv>
WOOLLY_INLINE Vec last_values(const char* row, size_t first, size_t n) {
  constexpr size_t kValueBytes = Kv::kRunBytes / kRun;
  char whole[kLanes * sizeof(float)] = {};
  memcpy(whole, row + first * kValueBytes, n * kValueBytes);
  return Kv::values(whole, 0, 0);
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
  const char* k;
  const char* v;
  size_t keys;
  size_t row_bytes;
  size_t head_dim;
};

// dots[t * kHeads + h] += q[h] * k[t] for kLanes values of the rows.
template <typename Kv, size_t kHeads, size_t kKeys>
WOOLLY_INLINE void add_products(const float* q, size_t head_dim, const char* const (&rows)[kKeys],
                                size_t run, size_t at, Vec (&dots)[kLanes]) {
  Vec k[kKeys];
  for (size_t t = 0; t < kKeys; ++t) k[t] = Kv::values(rows[t], run, at);
  for (size_t h = 0; h < kHeads; ++h) {
    Vec q_values = load(q + h * head_dim + run * kRun + at);
    hold(q_values);
    for (size_t t = 0; t < kKeys; ++t) {
      dots[t * kHeads + h] = multiply_add(q_values, k[t], dots[t * kHeads + h]);
    }
  }
}

// The scores' part of the last n < kLanes values of the rows; apart from the loop above, so that
// its sums stay in registers.
template <typename Kv, size_t kHeads>
WOOLLY_NOINLINE void add_last_scores(const Heads& heads, const Block& block, size_t n,
                                     float* scores) noexcept {
  const size_t d = block.head_dim;
  for (size_t j = 0; j < block.keys; ++j) {
    const Vec k = last_values<Kv>(block.k + j * block.row_bytes, d - n, n);
    for (size_t h = 0; h < kHeads; ++h) {
      float products[kLanes];
      store(products, load_last(heads.q + h * d + d - n, n) * k);
      for (size_t i = 0; i < n; ++i) scores[j * kHeads + h] += products[i];
    }
  }
}

// scores[j * kHeads + h] = q[h] . k[j]. A tile has kLanes pairs of a key and a head, each summed in
// a vector of its own along head_dim; together they fold to one vector of scores. Where the block
// ends within a tile, its last key stands in for the missing.
template <typename Kv, size_t kHeads>
WOOLLY_NOINLINE void score(const Heads& heads, const Block& block, Ahead ahead,
                           float* scores) noexcept {
  constexpr size_t kKeys = kLanes / kHeads;
  const size_t d = block.head_dim;
  for (size_t j = 0; j < block.keys; j += kKeys) {
    const char* rows[kKeys];
    for (size_t t = 0; t < kKeys; ++t) {
      const size_t key = j + t < block.keys ? j + t : block.keys - 1;
      rows[t] = block.k + key * block.row_bytes;
    }
    Vec dots[kLanes] = {};
    size_t i = 0;
    for (; i + kRun <= d; i += kRun) {
      for (size_t at = 0; at < kRun; at += kLanes) {
        add_products<Kv, kHeads>(heads.q, d, rows, i / kRun, at, dots);
      }
      ahead.step(kKeys * Kv::kRunBytes);
    }
    for (; i + kLanes <= d; i += kLanes) {
      add_products<Kv, kHeads>(heads.q, d, rows, i / kRun, i % kRun, dots);
    }
    store(scores + j * kHeads, sums(dots));
  }
  if constexpr (!Kv::kWholeRuns) {
    if (d % kLanes != 0) add_last_scores<Kv, kHeads>(heads, block, d % kLanes, scores);
  }
}

// Folds the lanes of equal head, lane % kHeads, by `pick`.
template <size_t kHeads, typename Pick>
WOOLLY_INLINE void fold_lanes(Vec v, Pick pick, float (&folded)[kLanes]) {
  store(folded, v);
  for (size_t width = kLanes / 2; width >= kHeads; width /= 2) {
    for (size_t i = 0; i < width; ++i) folded[i] = pick(folded[i], folded[i + width]);
  }
}

// Raw scores to weights exp(scale * score - max), and what each head's older sums are to be
// multiplied with, now that its max may have grown.
template <size_t kHeads>
WOOLLY_NOINLINE void weigh(const Heads& heads, const Block& block, float scale, float* scores,
                           float (&corrections)[kLanes]) noexcept {
  const size_t d = block.head_dim;
  size_t count = block.keys * kHeads;
  for (; count % kLanes != 0; ++count) scores[count] = -INFINITY;

  Vec maxima = broadcast(-INFINITY);
  for (size_t i = 0; i < count; i += kLanes) {
    const Vec scaled = load(scores + i) * broadcast(scale);
    store(scores + i, scaled);
    maxima = scaled > maxima ? scaled : maxima;
  }
  float folded[kLanes];
  fold_lanes<kHeads>(
      maxima, [](float a, float b) { return a > b ? a : b; }, folded);
  float max[kLanes];
  for (size_t lane = 0; lane < kLanes; ++lane) {
    const float old_max = heads.partial[lane % kHeads * (d + 2) + d];
    max[lane] = folded[lane % kHeads] > old_max ? folded[lane % kHeads] : old_max;
    corrections[lane] = old_max - max[lane];
  }
  NativeVec v = load(corrections);
  exp_or_zero_native(&v);
  store(corrections, v);

  maxima = load(max);
  Vec sum = {};
  for (size_t i = 0; i < count; i += kLanes) {
    v = load(scores + i) - maxima;
    exp_or_zero_native(&v);
    store(scores + i, v);
    sum += v;
  }
  fold_lanes<kHeads>(
      sum, [](float a, float b) { return a + b; }, folded);
  for (size_t h = 0; h < kHeads; ++h) {
    float* partial = heads.partial + h * (d + 2);
    partial[d] = max[h];
    partial[d + 1] = partial[d + 1] * corrections[h] + folded[h];
  }
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
      out[h] = multiply_add(broadcast(weights[j * kHeads + h]), v, out[h]);
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
      Vec weight = broadcast(weights[j * kHeads + h]);
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
  alignas(64) float corrections[kLanes];
  score<Kv, kHeads>(heads, block, {block.v}, scores);
  weigh<kHeads>(heads, block, args.scale, scores, corrections);
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

void attend(const DecodeAttentionArgs& args) noexcept {
  switch (args.kv_type) {
    case DType::kF32:
      return attend<F32>(args);
    case DType::kF16:
      return attend<F16>(args);
    case DType::kBF16:
      return attend<Bf16>(args);
    default:
      return attend<Q8>(args);
  }
}
