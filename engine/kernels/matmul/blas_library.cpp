#include "engine/kernels/matmul/blas_library.h"

#include <cblas.h>

namespace woolly {

void make_blas_single_threaded() noexcept { openblas_set_num_threads(1); }

std::string blas_core_name() { return openblas_get_corename(); }

}  // namespace woolly
