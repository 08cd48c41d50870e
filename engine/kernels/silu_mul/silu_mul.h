// SwiGLU's gate: y[i] = gate[i] / (1 + exp(-gate[i])) * up[i].
// Source: Shazeer 2020, "GLU Variants Improve Transformer".
// gate, up, y: [n], any n, no alignment needed; y may be gate or up. Traffic: 12 n bytes.
// Variants differ from the reference by at most 1e-6 relative, plus 2e-36 * |up| absolute.
#pragma once

#include <cstddef>

#include "engine/kernels/variant.h"

namespace woolly {

using SiluMulFn = void (*)(const float* gate, const float* up, float* y, std::size_t n) noexcept;

std::span<const KernelVariant<SiluMulFn>> silu_mul_variants();

}  // namespace woolly
