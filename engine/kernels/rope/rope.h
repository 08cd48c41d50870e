// Rotary position embedding of one token, adjacent pairs (the llama architecture's style):
// (x[2i], x[2i+1]) turns by the angle whose cosine and sine stand in cos_sin[2i], cos_sin[2i+1].
// Source: Su et al. 2021, "RoFormer".
// x: [heads][head_dim], turned in place; cos_sin: [rotary_dim], rotary_dim even and <= head_dim:
// values of a head from rotary_dim on stay as they are. Traffic: 8 * heads * rotary_dim + 4 *
// rotary_dim bytes. Variants differ from the reference by at most 2 float epsilons of |pair|.
#pragma once

#include <cstddef>

#include "engine/kernels/variant.h"

namespace woolly {

using RopeFn = void (*)(float* x, const float* cos_sin, std::size_t heads, std::size_t head_dim,
                        std::size_t rotary_dim) noexcept;

std::span<const KernelVariant<RopeFn>> rope_variants();

}  // namespace woolly
