// How flash attention uses its scratch memory.
#pragma once

#include <stddef.h>

namespace woolly {

constexpr size_t kFlashRows = 6;   // of a tile
constexpr size_t kFlashKeys = 64;  // of a block

// Offsets and sizes in floats.
struct FlashLayout {
  size_t tiles;
  size_t padded_dim;  // of a row of values: whole vectors
  size_t queries;     // [tiles][head_dim][kFlashRows]
  size_t sums;        // [tiles][kFlashRows][padded_dim]: of weighted values
  size_t maxima;      // [tiles][kFlashRows]
  size_t totals;      // [tiles][kFlashRows]: of weights
  size_t keys;        // [head_dim][kFlashKeys]
  size_t values;      // [kFlashKeys][padded_dim]
  size_t scores;      // [kFlashRows][kFlashKeys]
  size_t floats;
};

constexpr FlashLayout flash_layout(size_t m, size_t group, size_t head_dim) {
  constexpr size_t kLine = 16;
  FlashLayout l{};
  l.tiles = (m * group + kFlashRows - 1) / kFlashRows;
  l.padded_dim = (head_dim + 31) / 32 * 32;
  size_t used = 0;
  const auto take = [&](size_t floats) {
    const size_t at = used;
    used += (floats + kLine - 1) / kLine * kLine;
    return at;
  };
  l.queries = take(l.tiles * head_dim * kFlashRows);
  l.sums = take(l.tiles * kFlashRows * l.padded_dim);
  l.maxima = take(l.tiles * kFlashRows);
  l.totals = take(l.tiles * kFlashRows);
  l.keys = take(head_dim * kFlashKeys);
  l.values = take(kFlashKeys * l.padded_dim);
  l.scores = take(kFlashRows * kFlashKeys);
  l.floats = used;
  return l;
}

}  // namespace woolly
