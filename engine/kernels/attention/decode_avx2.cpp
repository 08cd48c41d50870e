#define WOOLLY_TARGET avx2
#define WOOLLY_LANES "engine/kernels/attention/lanes_avx2-inl.h"
#include "engine/kernels/attention/decode-inl.h"
