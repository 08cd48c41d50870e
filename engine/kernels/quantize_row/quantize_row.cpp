#include "engine/kernels/quantize_row/quantize_row.h"

#include <algorithm>
#include <array>

#include "engine/base/check.h"
#include "engine/kernels/quantize_row/encode.h"

namespace woolly {
namespace {

template <typename Block, int kValues>
void blocks(const float* in, void* out, std::size_t values) noexcept {
  Block* b = static_cast<Block*>(out);
  std::array<float, kValues> x;
  for (std::size_t done = 0; done < values; done += kValues) {
    for (int i = 0; i < kValues; ++i) x[i] = encode::finite(in[done + i]);
    encode::block(x.data(), *b++);
  }
}

void halves(const float* in, void* out, std::size_t values) noexcept {
  auto* h = static_cast<std::uint16_t*>(out);
  for (std::size_t i = 0; i < values; ++i) h[i] = float_to_half(in[i]);
}

void bfloats(const float* in, void* out, std::size_t values) noexcept {
  auto* b = static_cast<std::uint16_t*>(out);
  for (std::size_t i = 0; i < values; ++i) b[i] = float_to_bfloat(in[i]);
}

}  // namespace

void quantize_row(DType dtype, const float* in, void* out, std::size_t values) noexcept {
  switch (dtype) {
    case DType::kF32:
      std::copy_n(in, values, static_cast<float*>(out));
      return;
    case DType::kF16:
      return halves(in, out, values);
    case DType::kBF16:
      return bfloats(in, out, values);
    case DType::kQ4_0:
      return blocks<BlockQ4_0, 32>(in, out, values);
    case DType::kQ4_1:
      return blocks<BlockQ4_1, 32>(in, out, values);
    case DType::kQ5_0:
      return blocks<BlockQ5_0, 32>(in, out, values);
    case DType::kQ5_1:
      return blocks<BlockQ5_1, 32>(in, out, values);
    case DType::kQ8_0:
      return blocks<BlockQ8_0, 32>(in, out, values);
    case DType::kQ2_K:
      return blocks<BlockQ2_K, 256>(in, out, values);
    case DType::kQ3_K:
      return blocks<BlockQ3_K, 256>(in, out, values);
    case DType::kQ4_K:
      return blocks<BlockQ4_K, 256>(in, out, values);
    case DType::kQ5_K:
      return blocks<BlockQ5_K, 256>(in, out, values);
    case DType::kQ6_K:
      return blocks<BlockQ6_K, 256>(in, out, values);
    case DType::kIQ4_NL:
      return blocks<BlockIQ4_NL, 32>(in, out, values);
    case DType::kIQ4_XS:
      return blocks<BlockIQ4_XS, 256>(in, out, values);
  }
  WOOLLY_CHECK(!"a type of GGUF files");
}

}  // namespace woolly
