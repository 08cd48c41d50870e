// Softmax in place: x[i] = exp(x[i] - max) / sum(exp(x - max)).
// x: [n], any n >= 1, no alignment needed; -infinity gives 0; at least one value must be finite.
// Traffic: 12 n bytes (read, write and read again).
// Variants differ from the reference by at most 1e-6 relative, plus 1e-37 absolute.
#pragma once

#include <cstddef>

#include "engine/kernels/variant.h"

namespace woolly {

using SoftmaxFn = void (*)(float* x, std::size_t n) noexcept;

std::span<const KernelVariant<SoftmaxFn>> softmax_variants();

}  // namespace woolly
