#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "engine/kernels/panel_matmul/panel_matmul.h"

#define WOOLLY_TARGET avxvnni
#define WOOLLY_LANES "engine/kernels/panel_matmul/lanes_avx2-inl.h"
#include "engine/kernels/panel_matmul/isa-inl.h"
