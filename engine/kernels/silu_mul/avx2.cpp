#define WOOLLY_TARGET avx2
#include "engine/kernels/silu_mul/generic-inl.h"
