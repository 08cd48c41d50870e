#define WOOLLY_TARGET avx512bf16
#define WOOLLY_TILES "engine/kernels/bf16_gemm/tiles_avx512-inl.h"
#include "engine/kernels/bf16_attention/isa-inl.h"
