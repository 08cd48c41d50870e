#define WOOLLY_TARGET avx512
#include "engine/kernels/rope/generic-inl.h"
