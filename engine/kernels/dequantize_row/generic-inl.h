// The body of dequantize_row, included by each ISA file inside its own namespace and compiled there
// with that ISA's flags. Sixteen codes are taken apart as a vector of bytes, in the vector
// extensions that g++ and clang share; the including file defines before it includes this:
//
//   Codes                                     sixteen uint8_t as one vector (vector_size(16))
//   float to_float(Half)                      one binary16
//   void put(float* out, Codes q, float scale)                out[i] = scale * int8(q[i])
//   void put(float* out, Codes q, float scale, float offset)  ... + offset
//   Codes look_up_iq4(Codes q)                kIq4NlValues[q[i]], q[i] < 16
//   size_t convert_halves(const Half*, float*, size_t)  a leading part of a row; returns its length
//
// Plain loops left to the vectorisers ran at 1.2 to 9 G values/s, a different format slow in each
// compiler; these run at 4 to 20 (AVX2 and AVX-512, one core, output in the cache).
//
// No include guard and no #include: this is text, not an interface.

Codes load(const uint8_t* p) {
  Codes c;
  memcpy(&c, p, sizeof c);
  return c;
}

void decode_block(const BlockQ4_0& b, float* out) {
  const float d = to_float(b.d);
  const Codes q = load(b.qs);
  put(out, (q & 15) - 8, d);
  put(out + 16, (q >> 4) - 8, d);
}

void decode_block(const BlockQ4_1& b, float* out) {
  const float d = to_float(b.d);
  const float m = to_float(b.m);
  const Codes q = load(b.qs);
  put(out, q & 15, d, m);
  put(out + 16, q >> 4, d, m);
}

// 16 where the bit of a lane is set in two bytes of qh: each byte is spread over eight lanes, and
// every lane keeps its own bit.
Codes fifth_bits(const uint8_t* qh) {
  typedef uint64_t Longs __attribute__((vector_size(16)));
  const Longs spread = {0x0101010101010101U * qh[0], 0x0101010101010101U * qh[1]};
  const Codes own_bit = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
  return (Codes)(((Codes)spread & own_bit) == own_bit) & 16;
}

void decode_block(const BlockQ5_0& b, float* out) {
  const float d = to_float(b.d);
  const Codes q = load(b.qs);
  put(out, ((q & 15) | fifth_bits(b.qh)) - 16, d);
  put(out + 16, ((q >> 4) | fifth_bits(b.qh + 2)) - 16, d);
}

void decode_block(const BlockQ5_1& b, float* out) {
  const float d = to_float(b.d);
  const float m = to_float(b.m);
  const Codes q = load(b.qs);
  put(out, (q & 15) | fifth_bits(b.qh), d, m);
  put(out + 16, (q >> 4) | fifth_bits(b.qh + 2), d, m);
}

void decode_block(const BlockQ8_0& b, float* out) {
  const float d = to_float(b.d);
  const uint8_t* qs = reinterpret_cast<const uint8_t*>(b.qs);
  put(out, load(qs), d);
  put(out + 16, load(qs + 16), d);
}

// The 16 bit pairs of a group of Q2_K and Q3_K: of each 128 codes, byte l of 32 holds those of l,
// l + 32, l + 64, l + 96.
Codes pairs(const uint8_t* qs, int group) {
  return load(qs + group / 8 * 32 + group % 2 * 16) >> group % 8 / 2 * 2 & 3;
}

void decode_block(const BlockQ2_K& b, float* out) {
  const float d = to_float(b.d);
  const float dmin = to_float(b.dmin);
  for (int group = 0; group < 16; ++group) {
    const float scale = d * static_cast<float>(b.scales[group] & 15);
    const float min = dmin * static_cast<float>(b.scales[group] >> 4);
    put(out + 16 * group, pairs(b.qs, group), scale, -min);
  }
}

void decode_block(const BlockQ3_K& b, float* out) {
  const float d = to_float(b.d);
  for (int group = 0; group < 16; ++group) {
    const int low = b.scales[group % 8] >> group / 8 * 4 & 15;
    const int high = b.scales[8 + group % 4] >> group / 4 * 2 & 3;
    const float scale = d * static_cast<float>((low | high << 4) - 32);
    const Codes third = load(b.hmask + group % 2 * 16) >> group / 2 & 1;
    put(out + 16 * group, (pairs(b.qs, group) | third << 2) - 4, scale);
  }
}

struct ScaleMin {
  float scale;
  float min;
};

// Of group 0..7 of Q4_K and Q5_K.
ScaleMin scale_min(const uint8_t* s, int group, float d, float dmin) {
  const int scale = group < 4 ? s[group] & 63 : (s[group + 4] & 15) | (s[group - 4] >> 6 << 4);
  const int min = group < 4 ? s[group + 4] & 63 : (s[group + 4] >> 4) | (s[group] >> 6 << 4);
  return {d * static_cast<float>(scale), dmin * static_cast<float>(min)};
}

void decode_block(const BlockQ4_K& b, float* out) {
  const float d = to_float(b.d);
  const float dmin = to_float(b.dmin);
  for (int run = 0; run < 4; ++run) {
    const ScaleMin low = scale_min(b.scales, 2 * run, d, dmin);
    const ScaleMin high = scale_min(b.scales, 2 * run + 1, d, dmin);
    for (int column = 0; column < 32; column += 16) {
      const Codes q = load(b.qs + 32 * run + column);
      put(out + 64 * run + column, q & 15, low.scale, -low.min);
      put(out + 64 * run + 32 + column, q >> 4, high.scale, -high.min);
    }
  }
}

void decode_block(const BlockQ5_K& b, float* out) {
  const float d = to_float(b.d);
  const float dmin = to_float(b.dmin);
  for (int run = 0; run < 4; ++run) {
    const ScaleMin low = scale_min(b.scales, 2 * run, d, dmin);
    const ScaleMin high = scale_min(b.scales, 2 * run + 1, d, dmin);
    for (int column = 0; column < 32; column += 16) {
      const Codes q = load(b.qs + 32 * run + column);
      const Codes fifth = load(b.qh + column) >> 2 * run;
      put(out + 64 * run + column, (q & 15) | (fifth & 1) << 4, low.scale, -low.min);
      put(out + 64 * run + 32 + column, (q >> 4) | (fifth & 2) << 3, high.scale, -high.min);
    }
  }
}

void decode_block(const BlockQ6_K& b, float* out) {
  const float d = to_float(b.d);
  for (int half = 0; half < 2; ++half) {
    for (int part = 0; part < 2; ++part) {  // 16 of the 32 columns, four groups a column
      const Codes l = load(b.ql + 64 * half + 16 * part);
      const Codes m = load(b.ql + 64 * half + 32 + 16 * part);
      const Codes h = load(b.qh + 32 * half + 16 * part);
      const Codes codes[4] = {(l & 15) | (h & 3) << 4, (m & 15) | (h & 12) << 2,
                              (l >> 4) | (h & 48), (m >> 4) | (h & 192) >> 2};
      for (int group = 0; group < 4; ++group) {
        const float scale = d * static_cast<float>(b.scales[8 * half + 2 * group + part]);
        put(out + 128 * half + 32 * group + 16 * part, codes[group] - 32, scale);
      }
    }
  }
}

void decode_iq4(const uint8_t* qs, float scale, float* out) {
  const Codes q = load(qs);
  put(out, look_up_iq4(q & 15), scale);
  put(out + 16, look_up_iq4(q >> 4), scale);
}

void decode_block(const BlockIQ4_NL& b, float* out) { decode_iq4(b.qs, to_float(b.d), out); }

void decode_block(const BlockIQ4_XS& b, float* out) {
  const float d = to_float(b.d);
  for (int group = 0; group < 8; ++group) {
    const int low = b.scales_l[group / 2] >> group % 2 * 4 & 15;
    const int high = b.scales_h >> 2 * group & 3;
    decode_iq4(b.qs + 16 * group, d * static_cast<float>((low | high << 4) - 32), out + 32 * group);
  }
}

template <typename Block, size_t kValues>
void decode_row(const void* row, float* out, size_t values) noexcept {
  const Block* block = static_cast<const Block*>(row);
  for (size_t done = 0; done < values; done += kValues) decode_block(*block++, out + done);
}

void decode_f32(const void* row, float* out, size_t values) noexcept {
  if (values != 0) memcpy(out, row, values * sizeof(float));
}

void decode_f16(const void* row, float* out, size_t values) noexcept {
  const Half* in = static_cast<const Half*>(row);
  for (size_t i = convert_halves(in, out, values); i < values; ++i) out[i] = to_float(in[i]);
}

void decode_bf16(const void* row, float* __restrict out, size_t values) noexcept {
  const uint16_t* in = static_cast<const uint16_t*>(row);
  uint32_t* __restrict bits = reinterpret_cast<uint32_t*>(out);
  for (size_t i = 0; i < values; ++i) bits[i] = static_cast<uint32_t>(in[i]) << 16;
}

DequantizeRowFn row_function(DType dtype) {
  switch (dtype) {
    case DType::kF32:
      return decode_f32;
    case DType::kF16:
      return decode_f16;
    case DType::kBF16:
      return decode_bf16;
    case DType::kQ4_0:
      return decode_row<BlockQ4_0, 32>;
    case DType::kQ4_1:
      return decode_row<BlockQ4_1, 32>;
    case DType::kQ5_0:
      return decode_row<BlockQ5_0, 32>;
    case DType::kQ5_1:
      return decode_row<BlockQ5_1, 32>;
    case DType::kQ8_0:
      return decode_row<BlockQ8_0, 32>;
    case DType::kQ2_K:
      return decode_row<BlockQ2_K, 256>;
    case DType::kQ3_K:
      return decode_row<BlockQ3_K, 256>;
    case DType::kQ4_K:
      return decode_row<BlockQ4_K, 256>;
    case DType::kQ5_K:
      return decode_row<BlockQ5_K, 256>;
    case DType::kQ6_K:
      return decode_row<BlockQ6_K, 256>;
    case DType::kIQ4_NL:
      return decode_row<BlockIQ4_NL, 32>;
    case DType::kIQ4_XS:
      return decode_row<BlockIQ4_XS, 256>;
  }
  return nullptr;
}
