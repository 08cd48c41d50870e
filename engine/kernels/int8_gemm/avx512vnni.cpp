#define WOOLLY_TARGET avx512vnni
#define WOOLLY_LANES "engine/kernels/panel_matmul/lanes_avx512-inl.h"
#define WOOLLY_MULTIPLY "engine/kernels/int8_gemm/multiply_vnni-inl.h"
#include "engine/kernels/int8_gemm/isa-inl.h"
