// A block of a row of activations that is to have one scale. Included after lanes_*-inl.h.

template <size_t kCols>
struct RowBlock {
  Floats values[kCols / 16];
  float largest;  // magnitude

  // `count` values, and zeros.
  WOOLLY_METHOD RowBlock(const float* row, size_t count) {
    float padded[kCols];
    if (count < kCols) {
      memset(padded, 0, sizeof padded);
      memcpy(padded, row, count * sizeof *row);
      row = padded;
    }
    Floats most = zero();
    for (size_t i = 0; i < kCols / 16; ++i) {
      values[i] = load_floats(row + 16 * i);
      most = max_floats(most, magnitude(values[i]));
    }
    largest = largest_of(most);
  }

  // Codes of 16 values from 16 i on.
  WOOLLY_METHOD Ints codes(size_t i, float scale) const {
    const float inverse = scale > kSmallestScale ? 1 / scale : 0;
    return round_to_ints(multiply(values[i], set_floats(inverse)));
  }
};
