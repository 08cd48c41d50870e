// A row of a stored tensor to floats: out[i] = the weight that the format of engine/tensor/blocks.h
// defines for value i.
//
// row     as in the file: whole blocks, aligned to 2 bytes (F32: to 4)
// out     `values` floats, not overlapping `row`
// values  a multiple of the type's block
//
// Traffic: row_bytes(dtype, values) read, 4 * values written.
// Exactness: every variant gives the bits of the reference (NaNs may differ in payload). Scale
// times quant never needs more than 24 significant bits, so products are exact and only the sum
// with a block's minimum rounds: neither order nor FMA contraction can change a result. The one
// thing to keep is (d * scale) * q, not d * (scale * q), for the sign of a zero. Errors: none; any
// bytes decode to something. Thread-safe. Source: the public description of ggml's block formats.
#pragma once

#include <cstddef>
#include <span>

#include "engine/kernels/variant.h"
#include "engine/tensor/dtype.h"

namespace woolly {

using DequantizeRowFn = void (*)(const void* row, float* out, std::size_t values) noexcept;

// A variant is a function per type, never null: variant.function(dtype)(row, out, values).
using DequantizeRowVariant = KernelVariant<DequantizeRowFn (*)(DType)>;

// Best first; `reference`, the oracle that goes value by value as the formats are defined, last.
std::span<const DequantizeRowVariant> dequantize_row_variants();

// The function of the best variant that needs no more than `best` (what choose_isa() gives).
DequantizeRowFn select_dequantize_row(DType dtype, Isa best);

#define WOOLLY_KERNEL(name, isa)               \
  namespace name {                             \
  DequantizeRowFn dequantize_row(DType dtype); \
  }
#include "engine/kernels/dequantize_row/kernels.inc"
#undef WOOLLY_KERNEL

}  // namespace woolly
