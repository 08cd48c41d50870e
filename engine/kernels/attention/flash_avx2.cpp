#define WOOLLY_TARGET avx2
#include "engine/kernels/attention/flash-inl.h"
