// How bf16_attention uses its scratch memory.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "engine/kernels/bf16_gemm/bf16_gemm.h"

namespace woolly {

constexpr size_t kBf16AttentionKeys = 128;  // of a block
constexpr size_t kBf16KeyPanels = kBf16AttentionKeys / kPanelRows;
constexpr size_t kBf16KeySteps = kBf16AttentionKeys / kBf16TileCols;

// Offsets and sizes in floats. What is in bfloat16 is kBf16TileValues of a tile, and stands twice,
// the rests behind the values.
struct Bf16AttentionLayout {
  size_t row_tiles;
  size_t dim_steps;   // tiles of 32 values that a query or key has
  size_t dim_panels;  // of 16 values of `values` and sums; even
  size_t queries;     // [row_tiles][dim_steps] tiles
  size_t keys;        // [kBf16KeyPanels][dim_steps] tiles
  size_t values;      // [dim_panels][kBf16KeySteps] tiles
  size_t weights;     // [2][kBf16KeySteps] tiles
  size_t scores;      // [2][kBf16KeyPanels][16 rows][16 keys]
  size_t sums;        // [row_tiles][dim_panels][16 rows][16 values], of weighted values
  size_t maxima;      // [row_tiles][16 rows]
  size_t totals;      // [row_tiles][16 rows][16 lanes], of weights
  size_t floats;
};

constexpr size_t bf16_query_values(const Bf16AttentionLayout& l) {
  return l.row_tiles * l.dim_steps * kBf16TileValues;
}
constexpr size_t bf16_key_values(const Bf16AttentionLayout& l) {
  return kBf16KeyPanels * l.dim_steps * kBf16TileValues;
}
constexpr size_t bf16_value_values(const Bf16AttentionLayout& l) {
  return l.dim_panels * kBf16KeySteps * kBf16TileValues;
}
constexpr size_t kBf16WeightValues = 2 * kBf16KeySteps * kBf16TileValues;

constexpr Bf16AttentionLayout bf16_attention_layout(size_t m, size_t group, size_t head_dim) {
  Bf16AttentionLayout l{};
  l.row_tiles = row_tiles_of(m * group);
  l.dim_steps = (head_dim + kBf16TileCols - 1) / kBf16TileCols;
  l.dim_panels = 2 * l.dim_steps;
  const auto take = [&](size_t floats) {
    const size_t at = l.floats;
    l.floats += floats;
    return at;
  };
  // Two numbers of 16 bits, a value and its rest, are as long as a float.
  l.queries = take(bf16_query_values(l));
  l.keys = take(bf16_key_values(l));
  l.values = take(bf16_value_values(l));
  l.weights = take(kBf16WeightValues);
  l.scores = take(2 * kBf16KeyPanels * kOutTile);
  l.sums = take(l.row_tiles * l.dim_panels * kOutTile);
  l.maxima = take(l.row_tiles * kRowTile);
  l.totals = take(l.row_tiles * kRowTile * kPanelRows);
  return l;
}

}  // namespace woolly
