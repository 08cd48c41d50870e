// The columns of float types, what weights are besides their codes, and the decoder of a type.
// Included after decode-inl.h.

// Float types: a decoder gives column k of a panel as floats.
struct ColumnF32 {
  static constexpr DType kDType = DType::kF32;
  WOOLLY_INLINE void pair(const uint8_t* line, Floats* columns) {
    columns[0] = as_floats(load_line(line));
    columns[1] = as_floats(load_line(line + kLineBytes));
  }
};

struct ColumnF16 {
  static constexpr DType kDType = DType::kF16;
  WOOLLY_INLINE void pair(const uint8_t* line, Floats* columns) {
    columns[0] = halves(line);
    columns[1] = halves(line + kLineBytes / 2);
  }
};

struct ColumnBF16 {
  static constexpr DType kDType = DType::kBF16;
  WOOLLY_INLINE void pair(const uint8_t* line, Floats* columns) {
    const Bytes v = load_line(line);
    columns[0] = low_bfloats(v);
    columns[1] = high_bfloats(v);
  }
};

// The last of an odd number of columns; F32 has no line after it, the others have zeros beside it.
template <typename Column>
WOOLLY_INLINE Floats last_column(const uint8_t* line) {
  if constexpr (Column::kDType == DType::kF32) return as_floats(load_line(line));
  Floats columns[2];
  Column::pair(line, columns);
  return columns[0];
}

// What a weight has besides scale times its code: of a group or of half a pair, whose scale and
// offset these are.
template <typename Group>
WOOLLY_INLINE Floats term_of(Floats scale, Floats offset) {
  const Floats term = Group::kOffset ? offset : zero();
  if constexpr (Group::kBias == 0) return term;
  return multiply_add(scale, set_floats(-(float)Group::kBias), term);
}

// Calls body.quantized<Decode>() or body.floats<Column>() for the type.
template <typename Body>
WOOLLY_INLINE void with_decoder(DType dtype, Body body) {
  switch (dtype) {
    case DType::kF32:
      return body.template floats<ColumnF32>();
    case DType::kF16:
      return body.template floats<ColumnF16>();
    case DType::kBF16:
      return body.template floats<ColumnBF16>();
    case DType::kQ4_0:
      return body.template quantized<DecodeQ4_0>();
    case DType::kQ4_1:
      return body.template quantized<DecodeQ4_1>();
    case DType::kQ5_0:
      return body.template quantized<DecodeQ5_0>();
    case DType::kQ5_1:
      return body.template quantized<DecodeQ5_1>();
    case DType::kQ8_0:
      return body.template quantized<DecodeQ8_0>();
    case DType::kQ2_K:
      return body.template quantized<DecodeQ2_K>();
    case DType::kQ3_K:
      return body.template quantized<DecodeQ3_K>();
    case DType::kQ4_K:
      return body.template quantized<DecodeQ4_K>();
    case DType::kQ5_K:
      return body.template quantized<DecodeQ5_K>();
    case DType::kQ6_K:
      return body.template quantized<DecodeQ6_K>();
    case DType::kIQ4_NL:
      return body.template quantized<DecodeIQ4_NL>();
    case DType::kIQ4_XS:
      return body.template quantized<DecodeIQ4_XS>();
  }
}
