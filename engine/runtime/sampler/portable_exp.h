// exp(x) to the same bits on every machine.
#pragma once

namespace woolly::sampling {

// e^x for x <= 0, relative error below 4e-16; 0 below -708 (where results would be subnormal), and
// for NaN. Only basic IEEE operations in a fixed order, so that a seed gives the same text with
// every libm; std::exp differs in the last bit between them, and one bit decides a draw now and
// then. (Contraction to FMA is off in all of Woolly but its kernels.)
double portable_exp(double x) noexcept;

}  // namespace woolly::sampling
