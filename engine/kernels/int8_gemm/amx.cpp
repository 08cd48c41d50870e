#define WOOLLY_TARGET amx
#define WOOLLY_LANES "engine/kernels/panel_matmul/lanes_avx512-inl.h"
#define WOOLLY_MULTIPLY "engine/kernels/int8_gemm/multiply_amx-inl.h"
#include "engine/kernels/int8_gemm/isa-inl.h"
