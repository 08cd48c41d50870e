#include "engine/model/prefill_inputs.h"

namespace woolly {
namespace {

using Path = FastKernels::LongPath;

std::size_t group_bytes(std::size_t rows, std::size_t cols) {
  return tiles_of(rows) * tile_groups(cols) * sizeof(TileGroup);
}

std::size_t value_bytes(std::size_t rows, std::size_t cols) {
  return tiles_of(rows) * kTileRows * cols * sizeof(float);
}

std::size_t bf16_bytes(std::size_t rows, std::size_t cols) {
  return bf16_row_values(rows, cols) * sizeof(std::uint16_t);
}

std::size_t int8_bytes(std::size_t rows, std::size_t cols) {
  return int8_tiles(rows, cols) * sizeof(Int8Tile);
}

std::size_t int16_bytes(std::size_t rows, std::size_t cols) {
  return int16_tiles(rows, cols) * sizeof(Int16Tile);
}

}  // namespace

bool ffn_fuses(Path gate, Path up, Path down) {
  return gate == up && (gate != Path::kCodes || down == Path::kCodes);
}

ProductKinds product_kinds(const PackedModel& packed, const FastKernels& kernels) {
  ProductKinds kinds;
  for (const PackedMatrix* matrix : packed.matrices()) {
    const DType type = matrix->weights.dtype;
    (dtype_traits(type).block_values == 1 ? kinds.floats : kinds.codes) = true;
    if (matrix == &packed.output()) continue;
    switch (kernels.long_path(type)) {
      case Path::kBf16:
        kinds.bf16 = true;
        kinds.bf16_rest = kinds.bf16_rest || (kernels.bf16->rests && bf16_has_rest(type));
        break;
      case Path::kInt8:
        kinds.int8 = true;
        break;
      case Path::kInt16:
        kinds.int16 = true;
        break;
      case Path::kCodes:
        kinds.no_codes = false;
    }
  }
  for (const PackedLayer& w : packed.layers()) {
    const auto path = [&](const PackedMatrix& m) { return kernels.long_path(m.weights.dtype); };
    kinds.all_ffns_fuse = kinds.all_ffns_fuse && ffn_fuses(path(w.gate), path(w.up), path(w.down));
  }
  return kinds;
}

std::size_t prefill_input_bytes(const ProductKinds& kinds, std::size_t rows, std::size_t cols,
                                std::size_t few) {
  std::size_t bytes = few * Arena::rounded(activation_bytes(cols));
  if (kinds.codes) bytes += Arena::rounded(group_bytes(rows, cols));
  if (kinds.floats) bytes += Arena::rounded(value_bytes(rows, cols));
  if (kinds.bf16) bytes += Arena::rounded(bf16_bytes(rows, cols));
  if (kinds.bf16_rest) bytes += Arena::rounded(bf16_bytes(rows, cols));
  if (kinds.int8) bytes += Arena::rounded(int8_bytes(rows, cols));
  if (kinds.int16) bytes += Arena::rounded(int16_bytes(rows, cols));
  return bytes;
}

PrefillInputs take_prefill_inputs(Arena& arena, const ProductKinds& kinds, std::size_t rows,
                                  std::size_t cols, std::size_t few) {
  const auto take = [&]<typename T>(T*& pointer, bool wanted, std::size_t bytes) {
    if (wanted) pointer = reinterpret_cast<T*>(arena.take(bytes));
  };
  const std::size_t row_tiles = row_tiles_of(rows);
  PrefillInputs inputs;
  inputs.tiles.cols = cols;
  take(inputs.tiles.groups, kinds.codes, group_bytes(rows, cols));
  take(inputs.tiles.values, kinds.floats, value_bytes(rows, cols));
  inputs.bf16 = {nullptr, nullptr, row_tiles, cols};
  take(inputs.bf16.values, kinds.bf16, bf16_bytes(rows, cols));
  take(inputs.bf16.rest, kinds.bf16_rest, bf16_bytes(rows, cols));
  inputs.int8 = {nullptr, row_tiles, cols};
  take(inputs.int8.tiles, kinds.int8, int8_bytes(rows, cols));
  inputs.int16 = {nullptr, row_tiles, cols};
  take(inputs.int16.tiles, kinds.int16, int16_bytes(rows, cols));
  for (std::size_t i = 0; i < few; ++i) {
    inputs.rows.push_back(activations_at(arena.take(activation_bytes(cols)), cols));
  }
  return inputs;
}

void PrefillInputs::put_long(const FastKernels& kernels, std::size_t i, std::size_t begin,
                             std::size_t end, const float* values) const noexcept {
  if (bf16.values != nullptr) kernels.bf16->kernels.put_row(bf16, i, values, begin, end);
  if (int8.tiles != nullptr) kernels.int8->kernels.put_row(int8, i, values, begin, end);
  if (int16.tiles != nullptr) kernels.int16->kernels.put_row(int16, i, values, begin, end);
}

}  // namespace woolly
