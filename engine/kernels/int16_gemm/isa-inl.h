// int16_gemm of one instruction set: WOOLLY_TARGET names the namespace, WOOLLY_LANES the lanes.
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "engine/kernels/activations/activations.h"
#include "engine/kernels/int16_gemm/int16_gemm.h"

namespace woolly::WOOLLY_TARGET {
namespace {

#include WOOLLY_LANES

#include "engine/kernels/panel_matmul/decode-inl.h"
// Of every type.
#include "engine/kernels/panel_matmul/with_decoder-inl.h"
// And of activations.
#include "engine/kernels/activations/row_block-inl.h"

// kInt16ColsAtOnce columns of two panels: a line is two columns of 16 rows of weights.
struct alignas(64) RoundedBlocks {
  uint8_t codes[kInt16BlocksAtOnce][kInt16BlockCols / 2][2][kLineBytes];
  float scales[2][kInt16BlocksAtOnce][kPanelRows];
};
static_assert(sizeof(RoundedBlocks) <= kInt16ScratchBytes);

// `count` columns of a panel, at most a block, from `line` on.
template <typename Column>
static void round_block(const uint8_t* line, size_t count, size_t block, int place,
                        RoundedBlocks& to) {
  constexpr size_t kPairBytes = Column::kDType == DType::kF32 ? 2 * kLineBytes : kLineBytes;
  constexpr size_t kPairs = kInt16BlockCols / 2;
  Floats columns[kPairs][2];
  Floats largest = zero();
  for (size_t i = 0; i < kPairs; ++i, line += kPairBytes) {
    columns[i][0] = columns[i][1] = zero();
    if (2 * i + 2 <= count) {
      Column::pair(line, columns[i]);
    } else if (2 * i < count) {
      columns[i][0] = last_column<Column>(line);
    }
    largest = max_floats(largest, max_floats(magnitude(columns[i][0]), magnitude(columns[i][1])));
  }
  const Floats bound = max_floats(largest, set_floats(kSmallestScale * kInt16MaxWeight));
  const Floats inverse = divide(set_floats(kInt16MaxWeight), bound);
  store_floats(to.scales[place][block], multiply(bound, set_floats(1.0F / kInt16MaxWeight)));
  for (size_t i = 0; i < kPairs; ++i) {
    store_line(to.codes[block][i][place],
               join_words<0>(round_to_ints(multiply(columns[i][0], inverse)),
                             round_to_ints(multiply(columns[i][1], inverse))));
  }
}

// g++ 12 copies the sums of AVX-512 from register to register in a loop that is not unrolled whole,
// and takes those of AVX2 out of registers in one that is.
constexpr int kUnrolled = kPanelsAtOnce == 2 ? 32 : 4;
constexpr int kRows = kPanelsAtOnce == 2 ? 8 : 4;
static_assert(kRowTile % kRows == 0);

WOOLLY_INLINE void multiply_rows(const RoundedBlocks& w, size_t b, const Int16Tile& x, int row,
                                 int panel, float* out, bool first) {
  constexpr int kP = kPanelsAtOnce;
  Ints sums[kP][kRows];
  for (int r = 0; r < kRows; ++r) {
    for (int p = 0; p < kP; ++p) sums[p][r] = set_ints(0);
  }
#pragma GCC unroll kUnrolled
  for (int i = 0; i < (int)kInt16BlockCols / 2; ++i) {
    Ints lines[kP];
    for (int p = 0; p < kP; ++p) lines[p] = load_line(w.codes[b][i][panel + p]);
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      const Codes pair = codes_of((const int8_t*)(x.codes[row + r] + 2 * i));
      for (int p = 0; p < kP; ++p) sums[p][r] = add_dot_words(sums[p][r], lines[p], pair);
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
    const Floats scale = set_floats(x.scales[row + r]);
    for (int p = 0; p < kP; ++p) {
      float* to = out + (size_t)(panel + p) * kOutTile + (size_t)(row + r) * kPanelRows;
      store_floats(to, multiply_add(multiply(load_floats(w.scales[panel + p][b]), scale),
                                    to_floats(sums[p][r]), first ? zero() : load_floats(to)));
    }
  }
}

// `blocks` blocks of two panels times all rows: `x` and `out` are where those of the first row tile
// begin, out_stride floats from one row tile's outputs to the next's.
static void multiply_blocks(const RoundedBlocks& w, const Int16Tile* x, size_t blocks, size_t m,
                            float* out, size_t out_stride, bool first) {
  for (size_t at = 0; at < m; at += kRowTile, x += kInt16BlocksAtOnce, out += out_stride) {
    for (int panel = 0; panel < 2; panel += kPanelsAtOnce) {
      for (int row = 0; row < (int)kRowTile && at + (size_t)row < m; row += kRows) {
        for (size_t b = 0; b < blocks; ++b) {
          multiply_rows(w, b, x[b], row, panel, out, first && b == 0);
        }
      }
    }
  }
}

struct Gemm {
  const Int16GemmArgs& args;

  template <typename Column>
  WOOLLY_METHOD void floats() {
    constexpr size_t kColumnBytes = (Column::kDType == DType::kF32 ? 2 : 1) * kLineBytes / 2;
    RoundedBlocks& to = *(RoundedBlocks*)args.scratch;
    const PanelWeights& w = *args.weights;
    const size_t pairs = (args.panel_end - args.panel_begin + 1) / 2;
    for (size_t begin = 0; begin < w.cols; begin += kInt16ColsAtOnce) {
      const size_t cols = w.cols - begin < kInt16ColsAtOnce ? w.cols - begin : kInt16ColsAtOnce;
      const size_t blocks = (cols + kInt16BlockCols - 1) / kInt16BlockCols;
      const Int16Tile* x = int16_tile_at(args.x, 0, begin / kInt16BlockCols);
      for (size_t pair = 0; pair < pairs; ++pair) {
        for (int place = 0; place < 2; ++place) {
          const size_t panel = args.panel_begin + 2 * pair + (size_t)place;
          if (panel >= args.panel_end) {
            memset(to.scales[place], 0, sizeof to.scales[place]);
            continue;
          }
          const uint8_t* data =
              (const uint8_t*)w.data + panel * w.panel_bytes + begin * kColumnBytes;
          for (size_t b = 0; b < blocks; ++b, data += kInt16BlockCols * kColumnBytes) {
            const size_t left = cols - b * kInt16BlockCols;
            round_block<Column>(data, left < kInt16BlockCols ? left : kInt16BlockCols, b, place,
                                to);
          }
        }
        multiply_blocks(to, x, blocks, args.m, args.out + 2 * pair * kOutTile, 2 * pairs * kOutTile,
                        begin == 0);
      }
    }
  }
  template <typename>
  WOOLLY_METHOD void quantized() {}
};

}  // namespace

void int16_put_row(const Int16Rows& x, size_t at, const float* row, size_t begin,
                   size_t end) noexcept;
void int16_gemm(const Int16GemmArgs& args) noexcept;

void int16_put_row(const Int16Rows& x, size_t at, const float* row, size_t begin,
                   size_t end) noexcept {
  const size_t lane = at % kRowTile;
  for (size_t k = begin; k < end; k += kInt16BlockCols, row += kInt16BlockCols) {
    Int16Tile& tile = *int16_tile_at(x, at / kRowTile, k / kInt16BlockCols);
    const RowBlock<kInt16BlockCols> block(row, end - k);
    const float scale = block.largest / kInt16MaxActivation;
    for (size_t i = 0; i < kInt16BlockCols / 16; ++i) {
      store_as_words(tile.codes[lane] + 16 * i, block.codes(i, scale));
    }
    tile.scales[lane] = scale;
  }
}

void int16_gemm(const Int16GemmArgs& args) noexcept {
  with_decoder(args.weights->dtype, Gemm{args});
}

}  // namespace woolly::WOOLLY_TARGET
