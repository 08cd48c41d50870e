// Activations of a pass over many tokens, as the products of the model's matrices read them.
#pragma once

#include <cstddef>
#include <vector>

#include "engine/kernels/activations/activation_tiles.h"
#include "engine/model/arena.h"
#include "engine/model/forward.h"
#include "engine/model/packed_model.h"

namespace woolly {

// What a model's matrices read. The output's is read by the last tokens only, which are few.
struct ProductKinds {
  bool codes = false;
  bool floats = false;

  // Of passes over long pieces.
  bool bf16 = false;
  bool bf16_rest = false;
  bool int8 = false;
  bool int16 = false;
  bool any_long() const { return bf16 || int8 || int16; }

  bool no_codes = true;  // nor floats
  bool all_ffns_fuse = true;
};
ProductKinds product_kinds(const PackedModel& packed, const FastKernels& kernels);

// Gate and up are multiplied together where both have the same kind of product, and whole groups of
// what `down` reads come out of that.
bool ffn_fuses(FastKernels::LongPath gate, FastKernels::LongPath up, FastKernels::LongPath down);

// `rows` are filled in when they are as many as the pass has at most, for the matrices whose
// product of so few rows is the quicker one.
struct PrefillInputs {
  ActivationTiles tiles;
  Bf16Rows bf16;
  Int8Rows int8;
  Int16Rows int16;
  std::vector<Activations> rows;

  bool has_rows(std::size_t count) const { return count <= rows.size(); }
  // Values [begin, end) of row i, as products of long pieces read them. Thread-safe for different
  // rows or ranges.
  void put_long(const FastKernels& kernels, std::size_t i, std::size_t begin, std::size_t end,
                const float* values) const noexcept;
};

// [rows][cols], and as rows if there are `few` or less.
std::size_t prefill_input_bytes(const ProductKinds& kinds, std::size_t rows, std::size_t cols,
                                std::size_t few);
PrefillInputs take_prefill_inputs(Arena& arena, const ProductKinds& kinds, std::size_t rows,
                                  std::size_t cols, std::size_t few);

}  // namespace woolly
