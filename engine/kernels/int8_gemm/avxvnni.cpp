#define WOOLLY_TARGET avxvnni
#define WOOLLY_LANES "engine/kernels/panel_matmul/lanes_avx2-inl.h"
#define WOOLLY_MULTIPLY "engine/kernels/int8_gemm/multiply_vnni-inl.h"
#include "engine/kernels/int8_gemm/isa-inl.h"
