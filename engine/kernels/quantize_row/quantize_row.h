// Floats to a row of a stored tensor, in the formats of engine/tensor/blocks.h: the plain way.
//
// F32, F16 and BF16 convert value by value (infinities and NaNs stay). A block type takes each of
// its blocks or groups alone: the scale makes the largest magnitude, or the range from the minimum
// to the maximum, fit the quants; a super-block then rounds the scales of its groups; each weight
// is rounded to the nearest representable one. IQ4 types choose among a few scales by squared
// error. There a NaN counts as 0 and magnitudes above 65504, infinity included, as 65504.
//
// in    `values` floats; values is a multiple of the type's block
// out   row_bytes(dtype, values) bytes, aligned to 2 (F32: to 4)
//
// Deterministic to the byte on every machine and compiler: IEEE additions, multiplications and
// divisions in a fixed order, no math library, no contraction. Tests pin the bytes.
// Thread-safe.
// Source: the public description of ggml's block formats.
#pragma once

#include <cstddef>

#include "engine/tensor/dtype.h"

namespace woolly {

void quantize_row(DType dtype, const float* in, void* out, std::size_t values) noexcept;

}  // namespace woolly
