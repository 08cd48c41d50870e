#include "engine/model/synthetic/random_rows.h"

#include "engine/base/hash.h"

namespace woolly {
namespace {

constexpr std::uint64_t kGolden = 0x9E3779B97F4A7C15U;

std::uint64_t mix(std::uint64_t z) noexcept {
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9U;
  z = (z ^ z >> 27) * 0x94D049BB133111EBU;
  return z ^ z >> 31;
}

}  // namespace

std::uint64_t tensor_key(std::uint64_t seed, std::string_view tensor_name) noexcept {
  return fnv1a(std::as_bytes(std::span(tensor_name)), mix(seed + kGolden));
}

void random_row(std::uint64_t tensor_key, std::uint64_t row_index, float mean, float deviation,
                std::span<float> row) noexcept {
  // The standard deviation of a sum of four uniform 16-bit numbers is 65536 / sqrt(3).
  constexpr float kUnit = 2.6428999e-5F;
  constexpr int kCentre = 4 * 0xFFFF / 2;
  const float scale = deviation * kUnit;
  std::uint64_t state = mix(tensor_key ^ mix((row_index + 1) * kGolden));
  for (float& value : row) {
    state += kGolden;
    const std::uint64_t bits = mix(state);
    const int sum = static_cast<int>((bits & 0xFFFF) + (bits >> 16 & 0xFFFF) +
                                     (bits >> 32 & 0xFFFF) + (bits >> 48));
    value = mean + static_cast<float>(sum - kCentre) * scale;
  }
}

}  // namespace woolly
