#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "engine/kernels/roofline/probes.h"

namespace woolly::amx {
namespace {

#include "engine/kernels/amx_tiles-inl.h"

}  // namespace

// Four tiles of sums. Each has 16 dots a round: four times those of the four pairs.
void bf16_peak(int64_t rounds, const uint16_t* a, const uint16_t* b, float* sums) noexcept {
  alignas(64) uint16_t left[16][32];
  alignas(64) uint16_t right[16][32];
  for (int row = 0; row < 16; ++row) {
    for (int i = 0; i < 16; ++i) {
      memcpy(left[row] + 2 * i, a + i % 4 * 2, 4);
      memcpy(right[row] + 2 * i, b + row % 4 * 2, 4);
    }
  }
  const TileUnit unit;
  memory_is_used();
  _tile_loadd(0, sums, kTileRowBytes);
  _tile_loadd(1, sums + 256, kTileRowBytes);
  _tile_loadd(2, sums + 512, kTileRowBytes);
  _tile_loadd(3, sums + 768, kTileRowBytes);
  _tile_loadd(4, left, kTileRowBytes);
  _tile_loadd(5, right, kTileRowBytes);
  for (int64_t round = 0; round < rounds; ++round) {
    _tile_dpbf16ps(0, 4, 5);
    _tile_dpbf16ps(1, 4, 5);
    _tile_dpbf16ps(2, 4, 5);
    _tile_dpbf16ps(3, 4, 5);
  }
  _tile_stored(0, sums, kTileRowBytes);
  _tile_stored(1, sums + 256, kTileRowBytes);
  _tile_stored(2, sums + 512, kTileRowBytes);
  _tile_stored(3, sums + 768, kTileRowBytes);
  memory_is_used();
}

}  // namespace woolly::amx
