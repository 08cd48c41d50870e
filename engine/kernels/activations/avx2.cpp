#define WOOLLY_TARGET avx2
#include "engine/kernels/activations/generic-inl.h"
