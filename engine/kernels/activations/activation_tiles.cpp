#include "engine/kernels/activations/activation_tiles.h"

#include <cstring>

namespace woolly {
namespace {

void put_group(TileGroup& to, std::size_t lane, const Activations& row, std::size_t group) {
  const std::int8_t* codes = row.codes + 32 * group;
  for (std::size_t i = 0; i < 8; ++i) std::memcpy(to.codes[i][lane], codes + 4 * i, 4);
  to.scales[lane] = row.scales[group];
  to.negative_sums32[lane] = row.negative_sums[2 * group] + row.negative_sums[2 * group + 1];
  to.sum_pairs[lane] = row.sum_pairs[group];
  to.sums32[lane] = row.sums32[group];
  for (std::size_t half = 0; half < 2; ++half) {
    to.negative_sums[half][lane] = row.negative_sums[2 * group + half];
  }
}

}  // namespace

void put_into_tiles(const ActivationTiles& tiles, std::size_t at, const Activations& row,
                    std::size_t begin, std::size_t end) noexcept {
  const std::size_t tile = at / kTileRows;
  const std::size_t lane = at % kTileRows;
  if (tiles.groups != nullptr) {
    TileGroup* groups = tiles.groups + tile * tile_groups(tiles.cols) + begin / 32;
    for (std::size_t g = 0; g < tile_groups(end - begin); ++g) put_group(groups[g], lane, row, g);
  }
  if (tiles.values != nullptr) {
    float* values = tiles.values + (tile * tiles.cols + begin) * kTileRows + lane;
    for (std::size_t i = 0; i < end - begin; ++i) values[i * kTileRows] = row.values[i];
  }
}

void pad_last_tile(const ActivationTiles& tiles, std::size_t rows) noexcept {
  const std::size_t tile = rows / kTileRows;
  const std::size_t first = rows % kTileRows;
  if (first == 0) return;
  for (std::size_t lane = first; lane < kTileRows; ++lane) {
    if (tiles.groups != nullptr) {
      TileGroup* groups = tiles.groups + tile * tile_groups(tiles.cols);
      for (std::size_t g = 0; g < tile_groups(tiles.cols); ++g) {
        TileGroup& group = groups[g];
        for (auto& step : group.codes) std::memset(step[lane], 0, 4);
        group.scales[lane] = group.sums32[lane] = 0;
        group.negative_sums32[lane] = group.sum_pairs[lane] = 0;
        group.negative_sums[0][lane] = group.negative_sums[1][lane] = 0;
      }
    }
    if (tiles.values != nullptr) {
      float* values = tiles.values + tile * tiles.cols * kTileRows + lane;
      for (std::size_t i = 0; i < tiles.cols; ++i) values[i * kTileRows] = 0;
    }
  }
}

}  // namespace woolly
