#define WOOLLY_TARGET avx2
#include "engine/kernels/softmax/generic-inl.h"
