// How attention reads each KV type, included by decode-inl.h and flash-inl.h after a lanes file.
// This is text, not an interface.

#define WOOLLY_INLINE inline __attribute__((always_inline))
#define WOOLLY_NOINLINE __attribute__((noinline))

constexpr size_t kRun = 32;  // values that share a scale in Q8_0; other rows are walked alike

// values(row, run, at): value run * kRun + at of a row of values, and the kLanes - 1 behind it.
// keys(panel, i, lane): value i of a panel's keys `lane` to lane + kLanes - 1.
// kWholeRuns: no row ends within a run.
template <typename Type, typename Stored>
struct Plain {
  static constexpr size_t kRunBytes = sizeof(Stored) * kRun;
  static constexpr bool kWholeRuns = false;
  static WOOLLY_INLINE Vec values(const char* row, size_t run, size_t at) {
    return Type::floats(reinterpret_cast<const Stored*>(row) + run * kRun + at);
  }
  static WOOLLY_INLINE Vec keys(const char* panel, size_t i, size_t lane) {
    return Type::floats(reinterpret_cast<const Stored*>(panel) + i * kPanelKeys + lane);
  }
};
struct F32 : Plain<F32, float> {
  static WOOLLY_INLINE Vec floats(const float* p) { return load(p); }
};
struct F16 : Plain<F16, Half> {
  static WOOLLY_INLINE Vec floats(const Half* p) { return halves_to_floats(p); }
};
struct Bf16 : Plain<Bf16, uint16_t> {
  static WOOLLY_INLINE Vec floats(const uint16_t* p) { return bfloats_to_floats(p); }
};

struct Q8 {
  static constexpr size_t kRunBytes = sizeof(BlockQ8_0);
  static constexpr bool kWholeRuns = true;
  static WOOLLY_INLINE Vec values(const char* row, size_t run, size_t at) {
    const BlockQ8_0* block = reinterpret_cast<const BlockQ8_0*>(row) + run;
    return broadcast(_cvtsh_ss(block->d)) * bytes_to_floats(block->qs + at);
  }
  static WOOLLY_INLINE Vec keys(const char* panel, size_t i, size_t lane) {
    const char* run = panel + i / kRun * kPanelKeys * kRunBytes;
    const Half* scales = reinterpret_cast<const Half*>(run);
    const int8_t* quants = reinterpret_cast<const int8_t*>(run + kPanelKeys * sizeof(Half));
    return halves_to_floats(scales + lane) * bytes_to_floats(quants + i % kRun * kPanelKeys + lane);
  }
};

// Calls body(T()) for the struct of this KV type.
template <typename Body>
WOOLLY_INLINE void for_kv_type(DType type, const Body& body) {
  switch (type) {
    case DType::kF32:
      return body(F32());
    case DType::kF16:
      return body(F16());
    case DType::kBF16:
      return body(Bf16());
    default:
      return body(Q8());
  }
}

// The last n < kLanes values of a row, and zeros.
template <typename Kv>
WOOLLY_INLINE Vec last_values(const char* row, size_t first, size_t n) {
  constexpr size_t kValueBytes = Kv::kRunBytes / kRun;
  char whole[kLanes * sizeof(float)] = {};
  memcpy(whole, row + first * kValueBytes, n * kValueBytes);
  return Kv::values(whole, 0, 0);
}
