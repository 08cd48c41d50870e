// Rows of a weight matrix as stored in a file to the panels of panel_layout.h, and back.
#pragma once

#include <cstddef>

#include "engine/tensor/dtype.h"

namespace woolly {

// Writes the panel of `rows` (1 to 16) rows that begin at `data`, row_bytes(dtype, cols) apart, to
// `panel`: panel_bytes(dtype, cols) bytes, aligned to 64. Any bytes pack to something. Traffic:
// both once. Thread-safe.
void pack_panel(DType dtype, const std::byte* data, std::size_t rows, std::size_t cols,
                std::byte* panel) noexcept;

// Row `row` of a panel as the file had it: the inverse, for tests and the oracle.
void unpack_row(DType dtype, const std::byte* panel, std::size_t row, std::size_t cols,
                std::byte* data) noexcept;

}  // namespace woolly
