#define WOOLLY_TARGET avx512
#include "engine/kernels/silu_mul/generic-inl.h"
