#define WOOLLY_TARGET avx512
#include "engine/kernels/rmsnorm/generic-inl.h"
