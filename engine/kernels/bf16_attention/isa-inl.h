// bf16_attention of one instruction set: WOOLLY_TARGET names the namespace, WOOLLY_TILES what
// multiplies tiles. Both convert and weigh with AVX-512.
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "engine/kernels/attention/attention.h"
#include "engine/kernels/attention/key_panels.h"
#include "engine/kernels/bf16_attention/layout.h"
#include "engine/tensor/blocks.h"

namespace woolly::WOOLLY_TARGET {
namespace {

#include "engine/kernels/attention/lanes_avx512-inl.h"
// With these.
#include "engine/kernels/attention/kv_types-inl.h"
// And these.
#include "engine/kernels/bf16_gemm/tile_operands-inl.h"
// Of them.
#include WOOLLY_TILES

constexpr float kLog2E = 1.4426950408889634F;
constexpr float kLowest = -1e30F;  // below every score, and finite

// One key/value head of a call.
struct Head {
  const AttentionArgs* args;
  const float* q;  // of the first query and head
  float* out;
  Bf16AttentionLayout layout;
  size_t group;
  size_t rows;       // queries times heads
  size_t row_bytes;  // of a cached value, and of a key in its panel

  float* at(size_t offset) const { return args->scratch + offset; }
  uint16_t* tiles_at(size_t offset) const { return (uint16_t*)at(offset); }
  // Where row r of q or out lies.
  size_t place(size_t r) const {
    return r / group * args->heads * args->head_dim + r % group * args->head_dim;
  }
  size_t visible(size_t r) const { return args->position + r / group + 1; }
};

// 2^x, off by 2e-7 at most; 2^0 is 1, so that nothing changes where max stays. Source of the
// polynomial: the Remez exchange for the relative error of powers of fractions.
WOOLLY_INLINE Vec power_of_2(__mmask16 keep, Vec x) {
  constexpr int kDown = 1;
  const Vec fraction = _mm512_reduce_ps(x, kDown);
  Vec power = broadcast(1.86713007e-3F);
  for (const float c : {9.01703032e-3F, 5.57999131e-2F, 2.40164450e-1F, 6.93151312e-1F, 1.0F}) {
    power = multiply_add(power, fraction, broadcast(c));
  }
  return _mm512_maskz_scalef_ps(keep, power, x);
}

// Queries times the scale of scores, which are logarithms to base 2 then.
template <bool kRest>
void start_rows(const Head& head) noexcept {
  const Bf16AttentionLayout& l = head.layout;
  const size_t d = head.args->head_dim;
  const Vec scale = broadcast(head.args->scale * kLog2E);
  for (size_t r = 0; r < l.row_tiles * kRowTile; ++r) {
    const float* from = head.q + head.place(r);
    for (size_t s = 0; s < l.dim_steps; ++s) {
      const size_t first = s * kBf16TileCols;
      const size_t there = r < head.rows ? d - first : 0;
      const Vec low = load_first(from + first, there) * scale;
      const Vec high = load_first(from + first + 16, there > 16 ? there - 16 : 0) * scale;
      uint16_t* to = head.tiles_at(l.queries) + (r / kRowTile * l.dim_steps + s) * kBf16TileValues +
                     r % kRowTile * kBf16TileCols;
      store_rounded(to, low, high);
      if constexpr (kRest) {
        store_rounded(to + bf16_query_values(l), less_rounded(low), less_rounded(high));
      }
    }
    head.at(l.maxima)[r] = kLowest;
  }
}

template <bool kRest>
WOOLLY_INLINE void store_pair(uint16_t* to, size_t rest, Vec low, Vec high) {
  const __m512i pair = rounded_pair(low, high);
  _mm512_store_si512(to, pair);
  if constexpr (kRest) _mm512_store_si512(to + rest, rest_of_pair(low, high, pair));
}

// A block's keys, 16 to a panel; of whole pairs of panels. Keys that are not there are 0.
template <typename Kv, bool kRest>
void load_keys(const Head& head, const char* k, size_t count) noexcept {
  const Bf16AttentionLayout& l = head.layout;
  const size_t d = head.args->head_dim;
  uint16_t* to = head.tiles_at(l.keys);
  for (size_t first = 0; first < (count + 31) / 32 * 32; first += kPanelKeys) {
    const char* panel = k + first * head.row_bytes;
    const size_t there = count < first ? 0 : count - first;
    const __mmask16 keep = there < kPanelKeys ? (__mmask16)((1U << there) - 1) : 0xFFFF;
    for (size_t i = 0; i < l.dim_steps * kBf16TileCols; i += 2, to += 2 * kPanelKeys) {
      const bool low_there = keep != 0 && i < d;
      const bool high_there = keep != 0 && i + 1 < d;
      const Vec low = low_there ? _mm512_maskz_mov_ps(keep, Kv::keys(panel, i, 0)) : Vec{};
      const Vec high = high_there ? _mm512_maskz_mov_ps(keep, Kv::keys(panel, i + 1, 0)) : Vec{};
      store_pair<kRest>(to, bf16_key_values(l), low, high);
    }
  }
}

// A block's values, 16 of each key to a panel; of whole tiles of keys.
template <typename Kv, bool kRest>
void load_values(const Head& head, const char* v, size_t count) noexcept {
  const Bf16AttentionLayout& l = head.layout;
  const size_t d = head.args->head_dim;
  const auto values = [&](size_t key, size_t i) {
    if (key >= count || i >= d) return Vec{};
    const char* row = v + key * head.row_bytes;
    return i + kLanes <= d ? Kv::values(row, i / kRun, i % kRun) : last_values<Kv>(row, i, d - i);
  };
  for (size_t key = 0; key < (count + 31) / 32 * 32; key += 2) {
    uint16_t* to = head.tiles_at(l.values) + key * kPanelRows;
    for (size_t panel = 0; panel < l.dim_panels; ++panel) {
      store_pair<kRest>(to + panel * kBf16KeySteps * kBf16TileValues, bf16_value_values(l),
                        values(key, panel * kLanes), values(key + 1, panel * kLanes));
    }
  }
}

// Rows of tiles that are computed together, and the keys of a block that one of them sees.
struct Part {
  size_t tile;
  size_t tiles;  // one or two
  size_t rows;   // of those that there are
  size_t first;  // key of the block
  size_t steps;  // tiles of keys
};

template <bool kRest>
WOOLLY_NOINLINE void score(const Head& head, const Part& part) noexcept {
  const Bf16AttentionLayout& l = head.layout;
  const size_t panel_values = l.dim_steps * kBf16TileValues;
  const uint16_t* x = head.tiles_at(l.queries) + part.tile * panel_values;
  for (size_t s = 0; s < part.steps; ++s) {
    const uint16_t* keys = head.tiles_at(l.keys) + 2 * s * panel_values;
    const uint16_t* rest = keys + bf16_key_values(l);
    const TileOperands operands{{keys, keys + panel_values},
                                {rest, rest + panel_values},
                                x,
                                x + bf16_query_values(l),
                                panel_values,
                                l.dim_steps,
                                kBf16KeyPanels * kOutTile,
                                /*first=*/true};
    multiply_tiles<kRest>(operands, part.tiles, part.rows, head.at(l.scores) + 2 * s * kOutTile);
  }
}

// The keys of panel `panel` of a block that a row sees, which sees `visible` of the block.
WOOLLY_INLINE __mmask16 seen(size_t visible, size_t panel) {
  const size_t first = panel * kPanelKeys;
  if (visible >= first + kPanelKeys) return 0xFFFF;
  return visible <= first ? 0 : (__mmask16)((1U << (visible - first)) - 1);
}

// Scores of one tile of rows to weights 2^(score - max). Totals and sums of earlier blocks are
// corrected, now that max may have grown.
template <bool kRest>
WOOLLY_NOINLINE void weigh_tile(const Head& head, const Part& part, size_t which) noexcept {
  const Bf16AttentionLayout& l = head.layout;
  const size_t row = (part.tile + which) * kRowTile;
  const size_t rows = head.rows - row < kRowTile ? head.rows - row : kRowTile;
  const float* scores = head.at(l.scores) + which * kBf16KeyPanels * kOutTile;
  size_t visible[kRowTile];
  float most[kRowTile] = {};
  for (size_t r = 0; r < rows; ++r) {
    const size_t all = head.visible(row + r);
    visible[r] = all < part.first ? 0 : all - part.first;
    Vec max = broadcast(kLowest);
    for (size_t panel = 0; panel < 2 * part.steps; ++panel) {
      const Vec some = load(scores + panel * kOutTile + r * kPanelRows);
      max = _mm512_mask_max_ps(max, seen(visible[r], panel), max, some);
    }
    most[r] = largest(max);
  }
  const Vec before = load(head.at(l.maxima) + row);
  const Vec maxima = _mm512_max_ps(before, load(most));
  store(head.at(l.maxima) + row, maxima);
  store(most, maxima);
  float corrections[kRowTile];
  store(corrections, power_of_2(0xFFFF, before - maxima));
  for (size_t r = 0; r < rows; ++r) {
    Vec total = {};
    const auto weight = [&](size_t panel) {
      const Vec some = load(scores + panel * kOutTile + r * kPanelRows);
      const Vec weights = power_of_2(seen(visible[r], panel), some - broadcast(most[r]));
      total += weights;
      return weights;
    };
    uint16_t* to =
        head.tiles_at(l.weights) + which * kBf16KeySteps * kBf16TileValues + r * kBf16TileCols;
    for (size_t s = 0; s < part.steps; ++s, to += kBf16TileValues) {
      const Vec low = weight(2 * s);
      const Vec high = weight(2 * s + 1);
      store_rounded(to, low, high);
      if constexpr (kRest) {
        store_rounded(to + kBf16WeightValues, less_rounded(low), less_rounded(high));
      }
    }
    float* totals = head.at(l.totals) + (row + r) * kPanelRows;
    if (part.first == 0) {
      store(totals, total);
      continue;
    }
    const Vec correction = broadcast(corrections[r]);
    store(totals, multiply_add(load(totals), correction, total));
    float* sums = head.at(l.sums) + (part.tile + which) * l.dim_panels * kOutTile + r * kPanelRows;
    for (size_t panel = 0; panel < l.dim_panels; ++panel) {
      store(sums + panel * kOutTile, load(sums + panel * kOutTile) * correction);
    }
  }
}

template <bool kRest>
WOOLLY_NOINLINE void add_values(const Head& head, const Part& part) noexcept {
  const Bf16AttentionLayout& l = head.layout;
  constexpr size_t kPanelValues = kBf16KeySteps * kBf16TileValues;
  const uint16_t* x = head.tiles_at(l.weights);
  float* sums = head.at(l.sums) + part.tile * l.dim_panels * kOutTile;
  for (size_t panel = 0; panel < l.dim_panels; panel += 2) {
    const uint16_t* values = head.tiles_at(l.values) + panel * kPanelValues;
    const uint16_t* rest = values + bf16_value_values(l);
    const TileOperands operands{{values, values + kPanelValues},
                                {rest, rest + kPanelValues},
                                x,
                                x + kBf16WeightValues,
                                kPanelValues,
                                part.steps,
                                l.dim_panels * kOutTile,
                                part.first == 0};
    multiply_tiles<kRest>(operands, part.tiles, part.rows, sums + panel * kOutTile);
  }
}

void put_results(const Head& head) noexcept {
  const Bf16AttentionLayout& l = head.layout;
  const size_t d = head.args->head_dim;
  for (size_t r = 0; r < head.rows; ++r) {
    const Vec inverse = broadcast(1 / total(load(head.at(l.totals) + r * kPanelRows)));
    const float* sums =
        head.at(l.sums) + r / kRowTile * l.dim_panels * kOutTile + r % kRowTile * kPanelRows;
    float* out = head.out + head.place(r);
    for (size_t i = 0; i < d; i += kLanes, sums += kOutTile) {
      const __mmask16 there = d - i < kLanes ? (__mmask16)((1U << (d - i)) - 1) : 0xFFFF;
      _mm512_mask_storeu_ps(out + i, there, load(sums) * inverse);
    }
  }
}

template <typename Kv, bool kRest>
void attend(const Head& head, const char* k, const char* v) noexcept {
  [[maybe_unused]] const TileUnit unit;
  const size_t keys = head.visible(head.rows - 1);
  start_rows<kRest>(head);
  for (size_t first = 0; first < keys; first += kBf16AttentionKeys) {
    const size_t left = keys - first;
    const size_t count = left < kBf16AttentionKeys ? left : kBf16AttentionKeys;
    load_keys<Kv, kRest>(head, k + first * head.row_bytes, count);
    load_values<Kv, kRest>(head, v + first * head.row_bytes, count);
    for (size_t tile = 0; tile < head.layout.row_tiles; tile += 2) {
      const size_t row = tile * kRowTile;
      const size_t rows = head.rows - row < 2 * kRowTile ? head.rows - row : 2 * kRowTile;
      const size_t visible = head.visible(row + rows - 1);
      if (visible <= first) continue;
      const size_t steps = (visible - first + kBf16TileCols - 1) / kBf16TileCols;
      const Part part{tile, row_tiles_of(rows), rows, first,
                      steps < kBf16KeySteps ? steps : kBf16KeySteps};
      score<kRest>(head, part);
      for (size_t which = 0; which < part.tiles; ++which) weigh_tile<kRest>(head, part, which);
      add_values<kRest>(head, part);
    }
  }
  put_results(head);
}

}  // namespace

void bf16_attention(const AttentionArgs& args) noexcept;

void bf16_attention(const AttentionArgs& args) noexcept {
  const size_t group = args.heads / args.kv_heads;
  const size_t bytes = row_bytes(args.kv_type, args.head_dim);
  const char* k = (const char*)args.k;
  const char* v = (const char*)args.v;
  for (size_t kv = args.kv_begin; kv < args.kv_end; ++kv) {
    const size_t at = kv * group * args.head_dim;
    const Head head{
        &args, args.q + at,    args.out + at, bf16_attention_layout(args.m, group, args.head_dim),
        group, args.m * group, bytes};
    const char* keys = k + kv * whole_panels(args.context) * bytes;
    const char* values = v + kv * args.context * bytes;
    for_kv_type(args.kv_type, [&]<typename Kv>(Kv) {
      args.rests ? attend<Kv, true>(head, keys, values) : attend<Kv, false>(head, keys, values);
    });
  }
}

}  // namespace woolly::WOOLLY_TARGET
