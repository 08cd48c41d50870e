#include "engine/kernels/roofline/probes.h"

namespace woolly {

#define WOOLLY_READ_PROBE(variant, condition)                         \
  namespace variant {                                                 \
  std::uint64_t read_stream(const std::byte* data, std::size_t bytes, \
                            roofline::ReadPattern pattern) noexcept;  \
  }
#define WOOLLY_F32_PROBE(variant, condition, lanes)                                     \
  namespace variant {                                                                   \
  void f32_peak(std::int64_t rounds, float factor, float term, float* chains) noexcept; \
  }
#define WOOLLY_INT8_PROBE(variant, condition, lanes, dots)                         \
  namespace variant {                                                              \
  void int8_peak(std::int64_t rounds, const std::uint8_t* a, const std::int8_t* b, \
                 std::int32_t* sums) noexcept;                                     \
  }
#define WOOLLY_BF16_PROBE(variant, condition, lanes, dots)                            \
  namespace variant {                                                                 \
  void bf16_peak(std::int64_t rounds, const std::uint16_t* a, const std::uint16_t* b, \
                 float* sums) noexcept;                                               \
  }
#include "engine/kernels/roofline/kernels.inc"

namespace roofline {
namespace {

#define WOOLLY_READ_PROBE(variant, condition)                                                \
  {#variant, []([[maybe_unused]] const CpuFeatures& features) -> bool { return condition; }, \
   woolly::variant::read_stream},
constexpr Probe<ReadStream> kReadProbes[] = {
#include "engine/kernels/roofline/kernels.inc"
};

#define WOOLLY_F32_PROBE(variant, condition, lanes)                                          \
  {#variant, []([[maybe_unused]] const CpuFeatures& features) -> bool { return condition; }, \
   woolly::variant::f32_peak, lanes},
constexpr Probe<F32Peak> kF32Probes[] = {
#include "engine/kernels/roofline/kernels.inc"
};

#define WOOLLY_INT8_PROBE(variant, condition, lanes, dots)                                   \
  {#variant, []([[maybe_unused]] const CpuFeatures& features) -> bool { return condition; }, \
   woolly::variant::int8_peak, lanes, dots},
constexpr Probe<Int8Peak> kInt8Probes[] = {
#include "engine/kernels/roofline/kernels.inc"
};

#define WOOLLY_BF16_PROBE(variant, condition, lanes, dots)                                   \
  {#variant, []([[maybe_unused]] const CpuFeatures& features) -> bool { return condition; }, \
   woolly::variant::bf16_peak, lanes, dots},
constexpr Probe<Bf16Peak> kBf16Probes[] = {
#include "engine/kernels/roofline/kernels.inc"
};

}  // namespace

std::span<const Probe<ReadStream>> read_probes() { return kReadProbes; }
std::span<const Probe<F32Peak>> f32_probes() { return kF32Probes; }
std::span<const Probe<Int8Peak>> int8_probes() { return kInt8Probes; }
std::span<const Probe<Bf16Peak>> bf16_probes() { return kBf16Probes; }

}  // namespace roofline
}  // namespace woolly
