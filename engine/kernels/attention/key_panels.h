// How a cache keeps the keys of one key/value head: in panels of 16 tokens with a token a lane, so
// that a product with many keys sums in lanes of its own and nothing is folded across them.
//   F32, F16, BF16   a panel is [head_dim][16] values
//   Q8_0             a panel is [head_dim / 32] runs of [16] scales (f16) and [32][16] quants, with
//                    the scales and quants that a row's blocks would have
// A panel has the bytes of 16 rows, key_panels_bytes() those of a head; a key's bytes are its own,
// so threads may write different keys of a panel at once.
#pragma once

#include <cstddef>

#include "engine/tensor/dtype.h"

namespace woolly {

inline constexpr std::size_t kPanelKeys = 16;

constexpr std::size_t whole_panels(std::size_t keys) {
  return (keys + kPanelKeys - 1) / kPanelKeys * kPanelKeys;
}

// Bytes of one head's `keys` keys; the last panel is whole.
std::size_t key_panels_bytes(DType type, std::size_t keys, std::size_t head_dim);

// Key `at` of the head whose panels begin at `panels`: head_dim floats, rounded as quantize_row
// does. head_dim is a multiple of the type's block. Thread-safe for different keys.
void write_key(DType type, const float* key, std::size_t head_dim, std::byte* panels,
               std::size_t at) noexcept;

// Values read together: a multiple of each KV type's block.
inline constexpr std::size_t kKeyRun = 32;

// The floats that write_key() kept, from value `first` on, a multiple of kKeyRun; kKeyRun of them
// or what there is. Returns how many.
std::size_t read_key_run(DType type, const std::byte* panels, std::size_t at, std::size_t head_dim,
                         std::size_t first, float* run) noexcept;

// All of them.
void read_key(DType type, const std::byte* panels, std::size_t at, std::size_t head_dim,
              float* key) noexcept;

}  // namespace woolly
