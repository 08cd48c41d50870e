// Raw scores to weights, shared by decode-inl.h and flash-inl.h. This is text, not an interface.

// kRows rows of kKeys raw scores, of which row r sees the first visible[r], to weights
// exp(scale * score - max). Maxima and totals of earlier blocks stand `stride` apart and take the
// block in; older sums are to be multiplied with corrections[r], now that max may have grown.
template <size_t kRows, size_t kKeys>
WOOLLY_INLINE void weigh(float* scores, const size_t (&visible)[kRows], float scale, float* maxima,
                         float* totals, size_t stride, float (&corrections)[kRows]) {
  static_assert(kRows <= kLanes && kKeys % kLanes == 0);
  float differences[kLanes] = {};
  for (size_t r = 0; r < kRows; ++r) {
    float* row = scores + r * kKeys;
    for (size_t j = visible[r]; j < kKeys; ++j) row[j] = -INFINITY;
    Vec most = load(row) * broadcast(scale);
    store(row, most);
    for (size_t j = kLanes; j < kKeys; j += kLanes) {
      const Vec scaled = load(row + j) * broadcast(scale);
      store(row + j, scaled);
      most = scaled > most ? scaled : most;
    }
    const float block_max = largest(most);
    float* max = maxima + r * stride;
    const float new_max = block_max > *max ? block_max : *max;
    differences[r] = *max - new_max;
    *max = new_max;
  }
  NativeVec factors = load(differences);
  exp_or_zero_native(&factors);
  store(differences, factors);
  for (size_t r = 0; r < kRows; ++r) {
    float* row = scores + r * kKeys;
    const Vec max = broadcast(maxima[r * stride]);
    Vec sum = {};
    for (size_t j = 0; j < kKeys; j += kLanes) {
      NativeVec weight = load(row + j) - max;
      exp_or_zero_native(&weight);
      store(row + j, weight);
      sum += weight;
    }
    corrections[r] = differences[r];
    totals[r * stride] = totals[r * stride] * corrections[r] + total(sum);
  }
}
