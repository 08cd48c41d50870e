// Flash attention (attention/flash.h) in bfloat16: tiles of 16 rows of queries, blocks of 128 keys.
// Scaled queries, keys, values and softmax weights are rounded to bfloat16 (nearest; keys and
// values with ties away from zero, the others to even), sums and the softmax are in float.
//
// With args.rests the rests of all those roundings are taken as well, themselves rounded to
// bfloat16: three products instead of one, and what is left out is below 2^-16 of |q * k| and of
// |weight * v|.
//
// The contract, shapes and calls of flash.h, but for what is said here: `scratch` is
// bf16_attention_scratch_floats() long, aligned to 64. Against softmax and products of the same
// rounded queries, keys and values results differ by at most 2^-8 of the largest |v|, what rounding
// of the weights can do. A query's result has the same bits whatever other queries the call has.
// Source of the instructions: Intel SDM vol. 2 (TDPBF16PS, VDPBF16PS).
#pragma once

#include <stddef.h>

#include <span>

#include "engine/kernels/attention/attention.h"
#include "engine/kernels/variant.h"

namespace woolly {

// Best first; `reference`, the oracle, last.
std::span<const KernelVariant<AttentionFn>> bf16_attention_variants();

size_t bf16_attention_scratch_floats(size_t m, size_t group, size_t head_dim);

}  // namespace woolly
