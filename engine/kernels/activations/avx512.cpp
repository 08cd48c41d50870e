#define WOOLLY_TARGET avx512
#include "engine/kernels/activations/generic-inl.h"
