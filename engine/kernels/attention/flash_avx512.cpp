#define WOOLLY_TARGET avx512
#include "engine/kernels/attention/flash-inl.h"
