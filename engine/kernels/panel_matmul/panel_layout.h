// How 16 rows of a weight matrix lie in memory so that one pass over them computes 16 outputs.
//
// A panel is 16 consecutive rows, rewritten as 64-byte lines in the order in which a product reads
// them. A line of a quantized type is a column of 16 four-byte words, word r from row r of the
// file's block, unchanged: four weights of 8 bits, eight of 4, sixteen of 2. So one line serves 16
// rows with one load, and a panel has exactly the bytes of its 16 rows but for half a line at the
// end of some.
//
//   block      one block of the format from each of the 16 rows: `lines` lines, in the order in
//              which they are used: packed scales, high bits, quants (pack.cpp lists them)
//   halves     the blocks' binary16 scales, vectors of 16 (32 bytes): one or two per block
//
// With two halves a block is one line of both, then its lines. With one half two blocks share a
// line: halves of blocks 2i and 2i + 1, lines of 2i, lines of 2i + 1. So addresses only rise:
// what a hardware prefetcher follows.
// F32: a line is one column. F16: two columns. BF16: 16 words, each the pair (k, k + 1), k low.
// A last panel of fewer rows is filled with zeros.
#pragma once

#include <stddef.h>

#include "engine/tensor/dtype.h"

namespace woolly {

constexpr size_t kPanelRows = 16;
constexpr size_t kLineBytes = 64;

// Of the bytes pack_panel() writes: raised when they change, so that stored panels are packed anew.
constexpr unsigned kPanelLayoutVersion = 2;

struct PanelLayout {
  size_t block_values;
  size_t lines;
  size_t halves;
};

constexpr PanelLayout panel_layout(DType dtype) {
  switch (dtype) {
    case DType::kF32:
      return {1, 1, 0};
    case DType::kF16:
    case DType::kBF16:
      return {2, 1, 0};
    case DType::kQ4_0:
    case DType::kIQ4_NL:
      return {32, 4, 1};
    case DType::kQ4_1:
      return {32, 4, 2};
    case DType::kQ5_0:
      return {32, 5, 1};
    case DType::kQ5_1:
      return {32, 5, 2};
    case DType::kQ8_0:
      return {32, 8, 1};
    case DType::kQ2_K:
      return {256, 20, 2};
    case DType::kQ3_K:
      return {256, 27, 1};
    case DType::kQ4_K:
      return {256, 35, 2};
    case DType::kQ5_K:
      return {256, 43, 2};
    case DType::kQ6_K:
      return {256, 52, 1};
    case DType::kIQ4_XS:
      return {256, 33, 2};  // the second half is scales_h, 16 bits a row
  }
  return {1, 1, 0};
}

// Where block i lies from the beginning of its panel.
struct BlockPlace {
  size_t lines;
  size_t halves;
};

constexpr BlockPlace block_place(const PanelLayout& layout, size_t i) {
  const size_t bytes = layout.lines * kLineBytes;
  const size_t shared = layout.halves == 1 ? 2 : 1;  // blocks after one line of halves
  const size_t head = layout.halves == 0 ? 0 : kLineBytes;
  const size_t halves = i / shared * (head + shared * bytes);
  return {halves + head + i % shared * bytes, halves + i % shared * (kLineBytes / 2)};
}

constexpr size_t panel_blocks(const PanelLayout& layout, size_t cols) {
  return (cols + layout.block_values - 1) / layout.block_values;
}

constexpr size_t panel_bytes(DType dtype, size_t cols) {
  const PanelLayout layout = panel_layout(dtype);
  const size_t blocks = panel_blocks(layout, cols);
  const size_t half_lines = layout.halves == 0 ? 0 : layout.halves == 1 ? (blocks + 1) / 2 : blocks;
  return (blocks * layout.lines + half_lines) * kLineBytes;
}

}  // namespace woolly
