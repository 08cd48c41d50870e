// Codes of 16 activations. Included after vec16-inl.h.

typedef int8_t Codes16 __attribute__((vector_size(16)));

// Writes the codes of 16 values and returns their sum.
static inline __attribute__((always_inline)) int32_t quantize16(const Vec16* x, float inverse,
                                                                int8_t* codes) {
  // Adding 1.5 * 2^23 rounds to an integer, ties to even, and leaves it in the low bits.
  const Vec16 rounded = *x * inverse + 12582912.0F;
  Int16x32 q;
  memcpy(&q, &rounded, sizeof q);
  q -= 0x4B400000;
  const Codes16 narrow = __builtin_convertvector(q, Codes16);
  memcpy(codes, &narrow, sizeof narrow);
  int32_t sums[16];
  memcpy(sums, &q, sizeof sums);
  for (size_t width = 8; width > 0; width /= 2) {
    for (size_t i = 0; i < width; ++i) sums[i] += sums[i + width];
  }
  return sums[0];
}

static inline __attribute__((always_inline)) void take_magnitude(Vec16* v) {
  Int16x32 bits;
  memcpy(&bits, v, sizeof bits);
  bits &= 0x7FFFFFFF;
  memcpy(v, &bits, sizeof *v);
}
