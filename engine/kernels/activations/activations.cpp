#include "engine/kernels/activations/activations.h"

#include <array>

namespace woolly {
namespace {

std::size_t padded(std::size_t cols) {
  constexpr std::size_t kPad = 256;
  return (cols + kPad - 1) / kPad * kPad;
}

}  // namespace

std::size_t activation_bytes(std::size_t cols) {
  // Per 32 values: floats, codes, a scale, two negative sums, a pair of sums, a sum of all.
  constexpr std::size_t kGroupBytes = 32 * 4 + 32 + 4 + 2 * 4 + 4 + 4;
  return (padded(cols) / 32 * kGroupBytes + 63) / 64 * 64;
}

Activations activations_at(std::byte* memory, std::size_t cols) {
  const std::size_t n = padded(cols);
  Activations row{};
  row.values = reinterpret_cast<float*>(memory);
  row.codes = reinterpret_cast<std::int8_t*>(row.values + n);
  row.scales = reinterpret_cast<float*>(row.codes + n);
  row.negative_sums = reinterpret_cast<std::int32_t*>(row.scales + n / 32);
  row.sum_pairs = row.negative_sums + n / 16;
  row.sums32 = reinterpret_cast<float*>(row.sum_pairs + n / 32);
  return row;
}

#define WOOLLY_KERNEL(name, isa)                                                         \
  namespace name {                                                                       \
  void quantize_activations(const Activations& row, std::size_t cols, std::size_t begin, \
                            std::size_t end) noexcept;                                   \
  }
#include "engine/kernels/activations/kernels.inc"
#undef WOOLLY_KERNEL

std::span<const KernelVariant<QuantizeActivationsFn>> quantize_activations_variants() {
  static constexpr std::array kVariants{
#define WOOLLY_KERNEL(name, isa) \
  KernelVariant<QuantizeActivationsFn>{#name, isa, name::quantize_activations},
#include "engine/kernels/activations/kernels.inc"
#undef WOOLLY_KERNEL
  };
  return kVariants;
}

}  // namespace woolly
