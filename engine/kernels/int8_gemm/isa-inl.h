// int8_gemm of one instruction set: WOOLLY_TARGET names the namespace, WOOLLY_LANES the lanes.
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "engine/kernels/int8_gemm/int8_gemm.h"

namespace woolly::WOOLLY_TARGET {
namespace {

#include WOOLLY_LANES

#include "engine/kernels/panel_matmul/decode-inl.h"
// Of every type.
#include "engine/kernels/panel_matmul/with_decoder-inl.h"
// Through it.
#include "engine/kernels/int8_gemm/requantize-inl.h"
// And these.
#include "engine/kernels/int8_gemm/multiply-inl.h"
#include "engine/kernels/vec16-inl.h"
// Of these.
#include "engine/kernels/activations/quantize16-inl.h"

struct Gemm {
  const Int8GemmArgs& args;

  template <typename Decode>
  WOOLLY_METHOD void quantized() {
    static_assert(sizeof(RequantizedBlocks) <= kGemmScratchBytes);
    RequantizedBlocks& w = *(RequantizedBlocks*)args.scratch;
    const size_t cols = args.weights->cols;
    for (size_t begin = 0; begin < cols; begin += kGemmBlockCols) {
      const size_t end = begin + kGemmBlockCols < cols ? begin + kGemmBlockCols : cols;
      for (int place = 0; place < 2; ++place) {
        if (args.panel + (size_t)place < args.weights->panels()) {
          requantize_panel<Decode>(args, begin, end, place, w);
        } else {
          memset(w.scales[place], 0, sizeof w.scales[place]);
        }
      }
      multiply_blocks(args, w, begin / kInt8BlockCols, int8_blocks(end - begin));
    }
  }
  template <typename>
  WOOLLY_METHOD void floats() {}
};

}  // namespace

void int8_put_row(const Int8Rows& x, size_t at, const float* row, size_t begin,
                  size_t end) noexcept;
void int8_gemm(const Int8GemmArgs& args) noexcept;

void int8_put_row(const Int8Rows& x, size_t at, const float* row, size_t begin,
                  size_t end) noexcept {
  Int8Tile* tile = x.tiles + at / kTileRows * int8_blocks(x.cols) + begin / kInt8BlockCols;
  const size_t lane = at % kTileRows;
  for (size_t k = begin; k < end; k += kInt8BlockCols, row += kInt8BlockCols, ++tile) {
    float padded[kInt8BlockCols] = {};
    const size_t count = end - k < kInt8BlockCols ? end - k : kInt8BlockCols;
    memcpy(padded, row, count * sizeof *row);
    Vec16 values[kInt8BlockCols / 16];
    memcpy(values, padded, sizeof values);
    Vec16 largest = {};
    for (Vec16 v : values) {
      take_magnitude(&v);
      largest = largest > v ? largest : v;
    }
    const float scale = max16(&largest) / 127;
    const float inverse = scale > kSmallestScale ? 1 / scale : 0;
    int32_t sum = 0;
    for (size_t i = 0; i < kInt8BlockCols / 16; ++i) {
      int8_t codes[16];
      sum += quantize16(&values[i], inverse, codes);
      for (size_t j = 0; j < 4; ++j) memcpy(tile->codes[4 * i + j][lane], codes + 4 * j, 4);
    }
    tile->scales[lane] = scale;
    tile->starts[lane] = -128 * sum;
  }
}

void int8_gemm(const Int8GemmArgs& args) noexcept { with_decoder(args.weights->dtype, Gemm{args}); }

}  // namespace woolly::WOOLLY_TARGET
