// RMSNorm: y[i] = x[i] / sqrt(mean(x^2) + epsilon) * weight[i].
// Source: Zhang & Sennrich 2019, "Root Mean Square Layer Normalization".
// x, weight, y: [n], any n >= 1, no alignment needed; y may be x. Traffic: 12 n bytes.
// Variants differ from the reference by at most (n / 16 + 8) float epsilons of the result, and not
// from each other.
#pragma once

#include <cstddef>

#include "engine/kernels/variant.h"

namespace woolly {

using RmsnormFn = void (*)(const float* x, const float* weight, float epsilon, float* y,
                           std::size_t n) noexcept;

std::span<const KernelVariant<RmsnormFn>> rmsnorm_variants();

}  // namespace woolly
