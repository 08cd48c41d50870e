// The BLAS the "blas" variants call. Its thread count is the library's own process-wide state;
// Woolly divides the work itself and wants it single-threaded.
#pragma once

#include <string>

namespace woolly {

void make_blas_single_threaded() noexcept;

// What the library chose for this machine ("SkylakeX"); WOOLLY_ISA does not reach into it.
std::string blas_core_name();

}  // namespace woolly
