#define WOOLLY_TARGET avx512
#include "engine/kernels/softmax/generic-inl.h"
