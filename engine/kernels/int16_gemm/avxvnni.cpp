#define WOOLLY_TARGET avxvnni
#define WOOLLY_LANES "engine/kernels/panel_matmul/lanes_avx2-inl.h"
#include "engine/kernels/int16_gemm/isa-inl.h"
