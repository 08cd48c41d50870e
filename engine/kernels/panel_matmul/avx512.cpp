#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "engine/kernels/panel_matmul/panel_matmul.h"

#define WOOLLY_TARGET avx512
#define WOOLLY_LANES "engine/kernels/panel_matmul/lanes_avx512-inl.h"
#include "engine/kernels/panel_matmul/isa-inl.h"
