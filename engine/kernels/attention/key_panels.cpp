#include "engine/kernels/attention/key_panels.h"

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "engine/kernels/dequantize_row/dequantize_row.h"
#include "engine/kernels/quantize_row/quantize_row.h"
#include "engine/tensor/blocks.h"

namespace woolly {
namespace {

struct Run {
  alignas(float) std::byte bytes[kKeyRun * sizeof(float)];
};

// Calls body(bytes of a row's run, where they are in the panel, how many) for what stands together
// in both.
template <typename Body>
void for_pieces(DType type, std::size_t lane, std::size_t values, std::size_t panel_run,
                Body&& body) {
  if (type == DType::kQ8_0) {
    body(offsetof(BlockQ8_0, d), panel_run + lane * sizeof(Half), sizeof(Half));
    const std::size_t quants = panel_run + kPanelKeys * sizeof(Half);
    for (std::size_t i = 0; i < kKeyRun; ++i) {
      body(offsetof(BlockQ8_0, qs) + i, quants + i * kPanelKeys + lane, std::size_t{1});
    }
    return;
  }
  const auto each_value = [&](auto size) {  // a constant
    for (std::size_t i = 0; i < values; ++i) {
      body(i * size, panel_run + (i * kPanelKeys + lane) * size, std::size_t{size});
    }
  };
  if (type == DType::kF32) {
    each_value(std::integral_constant<std::size_t, sizeof(float)>());
  } else {
    each_value(std::integral_constant<std::size_t, sizeof(Half)>());
  }
}

}  // namespace

std::size_t key_panels_bytes(DType type, std::size_t keys, std::size_t head_dim) {
  return whole_panels(keys) * row_bytes(type, head_dim);
}

void write_key(DType type, const float* key, std::size_t head_dim, std::byte* panels,
               std::size_t at) noexcept {
  std::byte* panel = panels + at / kPanelKeys * kPanelKeys * row_bytes(type, head_dim);
  Run run;
  for (std::size_t first = 0; first < head_dim; first += kKeyRun) {
    const std::size_t values = std::min(kKeyRun, head_dim - first);
    quantize_row(type, key + first, run.bytes, values);
    for_pieces(type, at % kPanelKeys, values, kPanelKeys * row_bytes(type, first),
               [&](std::size_t from, std::size_t to, std::size_t size) {
                 std::memcpy(panel + to, run.bytes + from, size);
               });
  }
}

std::size_t read_key_run(DType type, const std::byte* panels, std::size_t at, std::size_t head_dim,
                         std::size_t first, float* run) noexcept {
  const std::byte* panel = panels + at / kPanelKeys * kPanelKeys * row_bytes(type, head_dim);
  const std::size_t values = std::min(kKeyRun, head_dim - first);
  Run stored;
  for_pieces(type, at % kPanelKeys, values, kPanelKeys * row_bytes(type, first),
             [&](std::size_t to, std::size_t from, std::size_t size) {
               std::memcpy(stored.bytes + to, panel + from, size);
             });
  reference::dequantize_row(type)(stored.bytes, run, values);
  return values;
}

void read_key(DType type, const std::byte* panels, std::size_t at, std::size_t head_dim,
              float* key) noexcept {
  for (std::size_t first = 0; first < head_dim; first += kKeyRun) {
    read_key_run(type, panels, at, head_dim, first, key + first);
  }
}

}  // namespace woolly
