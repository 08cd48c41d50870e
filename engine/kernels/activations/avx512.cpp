#define WOOLLY_TARGET avx512
#define WOOLLY_LANES "engine/kernels/panel_matmul/lanes_avx512-inl.h"
#include "engine/kernels/activations/isa-inl.h"
