#define WOOLLY_TARGET avx2
#include "engine/kernels/rope/generic-inl.h"
