// As many floats as one register holds, in the vector extensions of g++ and clang: one body for
// every ISA file. (Wider vectors are taken apart, comparisons of them lane by lane.) Included by
// ISA files only, inside their own namespace's anonymous one; plain C, no library code. <stdint.h>
// and <string.h> come before it, outside: a memcpy that a namespace declares is a call.

#if defined(__AVX512F__)
typedef float NativeVec __attribute__((vector_size(64)));
typedef int32_t NativeInts __attribute__((vector_size(64)));
#elif defined(__AVX__)
typedef float NativeVec __attribute__((vector_size(32)));
typedef int32_t NativeInts __attribute__((vector_size(32)));
#else
typedef float NativeVec __attribute__((vector_size(16)));
typedef int32_t NativeInts __attribute__((vector_size(16)));
#endif
constexpr size_t kNativeLanes = sizeof(NativeVec) / sizeof(float);

static inline __attribute__((always_inline)) NativeVec load_native(const float* p) {
  NativeVec v;
  memcpy(&v, p, sizeof v);
  return v;
}

static inline __attribute__((always_inline)) void store_native(float* p, NativeVec v) {
  memcpy(p, &v, sizeof v);
}

// The first `n` values, or all there is room for; the others are `fill`.
static inline __attribute__((always_inline)) NativeVec load_first_native(const float* p, size_t n,
                                                                         float fill) {
  if (n >= kNativeLanes) return load_native(p);
  float values[kNativeLanes];
  for (size_t i = 0; i < kNativeLanes; ++i) values[i] = i < n ? p[i] : fill;
  return load_native(values);
}

static inline __attribute__((always_inline)) void store_first_native(float* p, NativeVec v,
                                                                     size_t n) {
  if (n >= kNativeLanes) return store_native(p, v);
  float values[kNativeLanes];
  store_native(values, v);
  for (size_t i = 0; i < n; ++i) p[i] = values[i];
}

static inline __attribute__((always_inline)) float sum_native(NativeVec v) {
  float values[kNativeLanes];
  store_native(values, v);
  for (size_t width = kNativeLanes / 2; width > 0; width /= 2) {
    for (size_t i = 0; i < width; ++i) values[i] += values[i + width];
  }
  return values[0];
}

static inline __attribute__((always_inline)) float max_native(NativeVec v) {
  float values[kNativeLanes];
  store_native(values, v);
  for (size_t width = kNativeLanes / 2; width > 0; width /= 2) {
    for (size_t i = 0; i < width; ++i) {
      values[i] = values[i] > values[i + width] ? values[i] : values[i + width];
    }
  }
  return values[0];
}

// e^x for every lane, relative error below 4e-7 (about 3 ulp) between -87 and 88; clamped outside.
// x = n ln 2 + r with |r| <= ln 2 / 2; e^r by its Taylor series up to r^7 / 7!.
static inline __attribute__((always_inline)) void exp_native(NativeVec* v) {
  const NativeVec zero = {};
  const NativeVec low = zero - 87.0F;
  const NativeVec high = zero + 88.0F;
  NativeVec x = *v;
  x = x < low ? low : x;
  x = x > high ? high : x;
  const float round_magic = 12582912.0F;      // 1.5 * 2^23: adding it rounds to an integer
  const float ln2_high = 0.693145751953125F;  // ln 2 in two parts: n * ln2_high is exact
  const float ln2_low = 1.42860677e-6F;
  const NativeVec shifted = x * 1.44269504F + round_magic;
  const NativeVec n = shifted - round_magic;
  const NativeVec r = (x - n * ln2_high) - n * ln2_low;
  NativeVec p = r * (1.0F / 5040) + 1.0F / 720;
  p = p * r + 1.0F / 120;
  p = p * r + 1.0F / 24;
  p = p * r + 1.0F / 6;
  p = p * r + 0.5F;
  p = p * r + 1.0F;
  p = p * r + 1.0F;
  const NativeInts exponent = __builtin_convertvector(n, NativeInts) << 23;
  NativeInts bits;
  memcpy(&bits, &p, sizeof bits);
  bits += exponent;
  memcpy(v, &bits, sizeof *v);
}

// exp_native stops at -87; what lies below is 0 to every use of a softmax.
static inline __attribute__((always_inline)) void exp_or_zero_native(NativeVec* v) {
  const NativeVec x = *v;
  const NativeVec zero = {};
  exp_native(v);
  *v = x < zero - 87.0F ? zero : *v;
}
