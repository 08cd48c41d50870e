// From how many rows on a product decodes its weights once for all rows (panel_gemm); fewer rows
// take the product of few rows (panel_matmul), which decodes them again every four rows. Both give
// the same bits, so only the speed depends on it.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "engine/tensor/dtype.h"

namespace woolly {

// A product of more rows is always panel_gemm: rows for panel_matmul take memory.
inline constexpr std::size_t kMostFewRows = 48;

class GemmRows {
 public:
  // Where the two meet, between what Zen 4 shows with AVX-512 VNNI (Q4_K: 16 to 20) and with AVX2
  // (6 to 10). Floats are hardly decoded at all.
  GemmRows() {
    rows_.fill(12);
    set(DType::kQ8_0, 20);
    for (const DType type : {DType::kF16, DType::kBF16}) set(type, 40);
    set(DType::kF32, kMostFewRows + 1);
  }

  std::size_t of(DType type) const { return rows_[static_cast<std::size_t>(type)]; }
  // 1 to kMostFewRows + 1.
  void set(DType type, std::size_t rows) {
    rows_[static_cast<std::size_t>(type)] = std::clamp(rows, std::size_t{1}, kMostFewRows + 1);
  }

 private:
  std::array<std::size_t, static_cast<std::size_t>(DType::kBF16) + 1> rows_;
};

}  // namespace woolly
