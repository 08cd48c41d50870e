#include "engine/kernels/panel_matmul/pack.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>

#include "engine/kernels/panel_matmul/panel_layout.h"
#include "engine/tensor/blocks.h"

namespace woolly {
namespace {

// One row's place in a block of its panel: word i of the row is word `row` of line i.
struct PanelRow {
  std::byte* lines;
  std::byte* halves;

  std::byte* word(std::size_t line) const { return lines + line * kLineBytes; }
  std::byte* half(std::size_t i) const { return halves + i * (kLineBytes / 2); }
};

template <typename Field>
std::span<std::byte> bytes_of(Field& field) {
  return std::as_writable_bytes(std::span(&field, 1));
}

// The two directions of one description: bytes of the file's block to or from words of the panel,
// every step-th line from the first.
struct ToPanel {
  static void words(const PanelRow& at, std::size_t first_line, std::span<std::byte> bytes,
                    std::size_t step = 1) {
    for (std::size_t i = 0; i < bytes.size() / 4; ++i) {
      std::memcpy(at.word(first_line + i * step), &bytes[4 * i], 4);
    }
  }
  template <typename Field>
  static void half(const PanelRow& at, std::size_t i, Field& field) {
    std::memcpy(at.half(i), &field, 2);
  }
};

struct FromPanel {
  static void words(const PanelRow& at, std::size_t first_line, std::span<std::byte> bytes,
                    std::size_t step = 1) {
    for (std::size_t i = 0; i < bytes.size() / 4; ++i) {
      std::memcpy(&bytes[4 * i], at.word(first_line + i * step), 4);
    }
  }
  template <typename Field>
  static void half(const PanelRow& at, std::size_t i, Field& field) {
    std::memcpy(&field, at.half(i), 2);
  }
};

// In the file bit v of the word is the fifth bit of value v; in the panel byte v % 4 has it at bit
// v / 4, beside the quants it belongs to. The inverse of itself when rows and columns are swapped.
std::uint32_t bits_to_bytes(std::uint32_t bits) {
  std::uint32_t bytes = 0;
  for (std::uint32_t v = 0; v < 32; ++v) bytes |= (bits >> v & 1U) << (8 * (v % 4) + v / 4);
  return bytes;
}

std::uint32_t bytes_to_bits(std::uint32_t bytes) {
  std::uint32_t bits = 0;
  for (std::uint32_t v = 0; v < 32; ++v) bits |= (bytes >> (8 * (v % 4) + v / 4) & 1U) << v;
  return bits;
}

void fifth_bits(ToPanel, const PanelRow& at, std::uint8_t (&qh)[4]) {
  std::uint32_t word = 0;
  std::memcpy(&word, qh, 4);
  word = bits_to_bytes(word);
  ToPanel::words(at, 0, bytes_of(word));
}

void fifth_bits(FromPanel, const PanelRow& at, std::uint8_t (&qh)[4]) {
  std::uint32_t word = 0;
  FromPanel::words(at, 0, bytes_of(word));
  word = bytes_to_bits(word);
  std::memcpy(qh, &word, 4);
}

// Signed quants become unsigned, 128 more.
void flip_signs(const PanelRow& at, std::size_t lines) {
  for (std::size_t i = 0; i < lines; ++i) {
    std::uint32_t word = 0;
    std::memcpy(&word, at.word(i), 4);
    word ^= 0x80808080U;
    std::memcpy(at.word(i), &word, 4);
  }
}

// What a block of each format is in a panel; Way is the direction.
template <typename Way>
void move(Way, const PanelRow& at, BlockQ4_0& b) {
  Way::words(at, 0, bytes_of(b.qs));
  Way::half(at, 0, b.d);
}

template <typename Way>
void move(Way, const PanelRow& at, BlockIQ4_NL& b) {
  Way::words(at, 0, bytes_of(b.qs));
  Way::half(at, 0, b.d);
}

template <typename Way>
void move(Way, const PanelRow& at, BlockQ4_1& b) {
  Way::words(at, 0, bytes_of(b.qs));
  Way::half(at, 0, b.d);
  Way::half(at, 1, b.m);
}

template <typename Way>
void move(Way way, const PanelRow& at, BlockQ5_0& b) {
  fifth_bits(way, at, b.qh);
  Way::words(at, 1, bytes_of(b.qs));
  Way::half(at, 0, b.d);
}

template <typename Way>
void move(Way way, const PanelRow& at, BlockQ5_1& b) {
  fifth_bits(way, at, b.qh);
  Way::words(at, 1, bytes_of(b.qs));
  Way::half(at, 0, b.d);
  Way::half(at, 1, b.m);
}

void move(ToPanel, const PanelRow& at, BlockQ8_0& b) {
  ToPanel::words(at, 0, bytes_of(b.qs));
  flip_signs(at, 8);
  ToPanel::half(at, 0, b.d);
}

void move(FromPanel, const PanelRow& at, BlockQ8_0& b) {
  FromPanel::words(at, 0, bytes_of(b.qs));
  for (std::int8_t& q : b.qs) q = static_cast<std::int8_t>(q ^ -128);
  FromPanel::half(at, 0, b.d);
}

template <typename Way>
void move(Way, const PanelRow& at, BlockQ2_K& b) {
  Way::words(at, 0, bytes_of(b.scales));
  Way::words(at, 4, bytes_of(b.qs));
  Way::half(at, 0, b.d);
  Way::half(at, 1, b.dmin);
}

template <typename Way>
void move(Way, const PanelRow& at, BlockQ3_K& b) {
  Way::words(at, 0, bytes_of(b.scales));
  // The first reads of the masks stand beside the first half's quants.
  for (std::size_t side = 0; side < 2; ++side) {
    Way::words(at, 3 + 8 * side, bytes_of(b.hmask).subspan(16 * side, 16), 2);
    Way::words(at, 4 + 8 * side, bytes_of(b.qs).subspan(16 * side, 16), 2);
  }
  Way::words(at, 19, bytes_of(b.qs).subspan(32));
  Way::half(at, 0, b.d);
}

template <typename Way>
void move(Way, const PanelRow& at, BlockQ4_K& b) {
  Way::words(at, 0, bytes_of(b.scales));
  Way::words(at, 3, bytes_of(b.qs));
  Way::half(at, 0, b.d);
  Way::half(at, 1, b.dmin);
}

template <typename Way>
void move(Way, const PanelRow& at, BlockQ5_K& b) {
  Way::words(at, 0, bytes_of(b.scales));
  // The first reads of the fifth bits stand beside the first run's quants.
  Way::words(at, 3, bytes_of(b.qh), 2);
  Way::words(at, 4, bytes_of(b.qs).first(32), 2);
  Way::words(at, 19, bytes_of(b.qs).subspan(32));
  Way::half(at, 0, b.d);
  Way::half(at, 1, b.dmin);
}

template <typename Way>
void move(Way, const PanelRow& at, BlockQ6_K& b) {
  Way::words(at, 0, bytes_of(b.scales));
  for (std::size_t half = 0; half < 2; ++half) {
    Way::words(at, 4 + 24 * half, bytes_of(b.qh).subspan(32 * half, 32));
    Way::words(at, 12 + 24 * half, bytes_of(b.ql).subspan(64 * half, 64));
  }
  Way::half(at, 0, b.d);
}

template <typename Way>
void move(Way, const PanelRow& at, BlockIQ4_XS& b) {
  Way::words(at, 0, bytes_of(b.scales_l));
  Way::words(at, 1, bytes_of(b.qs));
  Way::half(at, 0, b.d);
  Way::half(at, 1, b.scales_h);
}

PanelRow place(const PanelLayout& layout, std::byte* panel, std::size_t row, std::size_t block) {
  const BlockPlace at = block_place(layout, block);
  return {panel + at.lines + 4 * row, panel + at.halves + 2 * row};
}

template <typename Block>
void pack_blocks(const PanelLayout& layout, const std::byte* data, std::size_t row,
                 std::size_t blocks, std::byte* panel) {
  for (std::size_t i = 0; i < blocks; ++i) {
    Block block;
    std::memcpy(&block, data + i * sizeof block, sizeof block);
    move(ToPanel{}, place(layout, panel, row, i), block);
  }
}

template <typename Block>
void unpack_blocks(const PanelLayout& layout, const std::byte* panel, std::size_t row,
                   std::size_t blocks, std::byte* data) {
  for (std::size_t i = 0; i < blocks; ++i) {
    Block block;
    move(FromPanel{}, place(layout, const_cast<std::byte*>(panel), row, i), block);
    std::memcpy(data + i * sizeof block, &block, sizeof block);
  }
}

// Calls body with a null pointer to the block type of a quantized dtype.
template <typename Body>
void with_block_type(DType dtype, Body&& body) {
  switch (dtype) {
    case DType::kQ4_0:
      return body(static_cast<BlockQ4_0*>(nullptr));
    case DType::kQ4_1:
      return body(static_cast<BlockQ4_1*>(nullptr));
    case DType::kQ5_0:
      return body(static_cast<BlockQ5_0*>(nullptr));
    case DType::kQ5_1:
      return body(static_cast<BlockQ5_1*>(nullptr));
    case DType::kQ8_0:
      return body(static_cast<BlockQ8_0*>(nullptr));
    case DType::kQ2_K:
      return body(static_cast<BlockQ2_K*>(nullptr));
    case DType::kQ3_K:
      return body(static_cast<BlockQ3_K*>(nullptr));
    case DType::kQ4_K:
      return body(static_cast<BlockQ4_K*>(nullptr));
    case DType::kQ5_K:
      return body(static_cast<BlockQ5_K*>(nullptr));
    case DType::kQ6_K:
      return body(static_cast<BlockQ6_K*>(nullptr));
    case DType::kIQ4_NL:
      return body(static_cast<BlockIQ4_NL*>(nullptr));
    case DType::kIQ4_XS:
      return body(static_cast<BlockIQ4_XS*>(nullptr));
    case DType::kF32:
    case DType::kF16:
    case DType::kBF16:
      return;
  }
}

// Where value k of a row of floats lies in its panel.
std::size_t float_place(DType dtype, std::size_t row, std::size_t k) {
  if (dtype == DType::kF32) return k * kLineBytes + 4 * row;
  if (dtype == DType::kF16) return k * (kLineBytes / 2) + 2 * row;
  return k / 2 * kLineBytes + 4 * row + k % 2 * 2;
}

}  // namespace

void pack_panel(DType dtype, const std::byte* data, std::size_t rows, std::size_t cols,
                std::byte* panel) noexcept {
  const PanelLayout layout = panel_layout(dtype);
  const DTypeTraits& traits = dtype_traits(dtype);
  const std::size_t stride = row_bytes(dtype, cols);
  const std::size_t blocks = panel_blocks(layout, cols);
  const bool half_line_unused = layout.halves == 1 && blocks % 2 == 1;
  if (rows < kPanelRows || half_line_unused || cols % layout.block_values != 0) {
    std::memset(panel, 0, panel_bytes(dtype, cols));
  }
  if (traits.block_values == 1) {
    for (std::size_t k = 0; k < cols; ++k) {
      for (std::size_t row = 0; row < rows; ++row) {
        std::memcpy(panel + float_place(dtype, row, k),
                    data + row * stride + k * traits.block_bytes, traits.block_bytes);
      }
    }
    return;
  }
  with_block_type(dtype, [&]<typename Block>(Block*) {
    for (std::size_t row = 0; row < rows; ++row) {
      pack_blocks<Block>(layout, data + row * stride, row, blocks, panel);
    }
  });
}

void unpack_row(DType dtype, const std::byte* panel, std::size_t row, std::size_t cols,
                std::byte* data) noexcept {
  const PanelLayout layout = panel_layout(dtype);
  const DTypeTraits& traits = dtype_traits(dtype);
  if (traits.block_values == 1) {
    for (std::size_t k = 0; k < cols; ++k) {
      std::memcpy(data + k * traits.block_bytes, panel + float_place(dtype, row, k),
                  traits.block_bytes);
    }
    return;
  }
  with_block_type(dtype, [&]<typename Block>(Block*) {
    unpack_blocks<Block>(layout, panel, row, cols / layout.block_values, data);
  });
}

}  // namespace woolly
