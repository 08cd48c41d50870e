// For the tests of attention: a cache of one layer.
#pragma once

#include <cstddef>
#include <vector>

#include "engine/kernels/attention/key_panels.h"
#include "engine/kernels/kernel_test_support.h"
#include "engine/kernels/quantize_row/quantize_row.h"
#include "engine/tensor/dtype.h"

namespace woolly::test {

// The values of a cache, [kv_heads][context][head_dim] of `type`, of which the first `visible` of a
// head are random; the others are NaN in every type, so reading one shows.
inline std::vector<std::byte> value_cache(DType type, std::size_t kv_heads, std::size_t context,
                                          std::size_t visible, std::size_t head_dim,
                                          unsigned seed) {
  const std::size_t row = row_bytes(type, head_dim);
  std::vector<std::byte> bytes(kv_heads * context * row, std::byte{0xFF});
  const std::vector<float> values = random_floats(kv_heads * context * head_dim, seed);
  for (std::size_t h = 0; h < kv_heads; ++h) {
    for (std::size_t j = 0; j < visible; ++j) {
      const std::size_t at = h * context + j;
      quantize_row(type, values.data() + at * head_dim, bytes.data() + at * row, head_dim);
    }
  }
  return bytes;
}

// The keys of a cache, in panels; the keys behind the visible ones are NaN as well.
inline std::vector<std::byte> key_cache(DType type, std::size_t kv_heads, std::size_t context,
                                        std::size_t visible, std::size_t head_dim, unsigned seed) {
  const std::size_t head = key_panels_bytes(type, context, head_dim);
  std::vector<std::byte> bytes(kv_heads * head, std::byte{0xFF});
  const std::vector<float> values = random_floats(kv_heads * context * head_dim, seed);
  for (std::size_t h = 0; h < kv_heads; ++h) {
    for (std::size_t j = 0; j < visible; ++j) {
      write_key(type, values.data() + (h * context + j) * head_dim, head_dim,
                bytes.data() + h * head, j);
    }
  }
  return bytes;
}

}  // namespace woolly::test
