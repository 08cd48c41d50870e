#define WOOLLY_TARGET amx
#define WOOLLY_TILES "engine/kernels/bf16_gemm/tiles_amx-inl.h"
#include "engine/kernels/bf16_attention/isa-inl.h"
