#define WOOLLY_TARGET avx512vnni
#define WOOLLY_LANES "engine/kernels/panel_matmul/lanes_avx512-inl.h"
#include "engine/kernels/int16_gemm/isa-inl.h"
