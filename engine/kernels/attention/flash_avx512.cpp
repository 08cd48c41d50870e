#define WOOLLY_TARGET avx512
#define WOOLLY_LANES "engine/kernels/attention/lanes_avx512-inl.h"
#include "engine/kernels/attention/flash-inl.h"
