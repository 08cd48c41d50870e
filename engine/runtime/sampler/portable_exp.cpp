#include "engine/runtime/sampler/portable_exp.h"

#include <bit>
#include <cstdint>

namespace woolly::sampling {

// x = k ln 2 + r with |r| <= ln(2) / 2, so e^x = 2^k e^r; e^r by its Taylor series, whose 14th term
// is below 2^-58. ln 2 comes in two parts (Cody and Waite): the first has zeros at its end, so that
// k times it is exact.
double portable_exp(double x) noexcept {
  constexpr double kSmallest = -708.0;
  if (!(x >= kSmallest)) return 0.0;
  if (x >= 0.0) return 1.0;
  constexpr double kLog2E = 0x1.71547652b82fep+0;
  constexpr double kLn2High = 0x1.62e42fee00000p-1;
  constexpr double kLn2Low = 0x1.a39ef35793c76p-33;

  const auto k = static_cast<int>(x * kLog2E - 0.5);  // truncation rounds to nearest, as x < 0
  const double r = (x - k * kLn2High) - k * kLn2Low;
  constexpr int kTerms = 13;
  double sum = 1.0;
  for (int n = kTerms; n >= 1; --n) sum = 1.0 + sum * r / n;

  constexpr int kExponentBias = 1023;
  constexpr int kMantissaBits = 52;
  const auto power_bits = static_cast<std::uint64_t>(k + kExponentBias) << kMantissaBits;
  return sum * std::bit_cast<double>(power_bits);
}

}  // namespace woolly::sampling
