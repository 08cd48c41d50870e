#define WOOLLY_TARGET avx2
#include "engine/kernels/rmsnorm/generic-inl.h"
