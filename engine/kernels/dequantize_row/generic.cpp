// For machines without a better variant: what the compiler's baseline gives.
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "engine/kernels/dequantize_row/dequantize_row.h"
#include "engine/tensor/blocks.h"
#include "engine/tensor/half.h"

namespace woolly::generic {
namespace {

typedef uint8_t Codes __attribute__((vector_size(16)));

float to_float(Half h) { return half_to_float(h); }

void put(float* out, Codes q, float scale) {
  for (int i = 0; i < 16; ++i) out[i] = scale * static_cast<float>(static_cast<int8_t>(q[i]));
}

void put(float* out, Codes q, float scale, float offset) {
  for (int i = 0; i < 16; ++i) {
    out[i] = scale * static_cast<float>(static_cast<int8_t>(q[i])) + offset;
  }
}

Codes look_up_iq4(Codes q) {
  Codes values;
  for (int i = 0; i < 16; ++i) values[i] = static_cast<uint8_t>(kIq4NlValues[q[i]]);
  return values;
}

size_t convert_halves(const Half*, float*, size_t) { return 0; }

#include "engine/kernels/dequantize_row/generic-inl.h"

}  // namespace

DequantizeRowFn dequantize_row(DType dtype) { return row_function(dtype); }

}  // namespace woolly::generic
