// Which type each matrix of a file has, given the name of the file's type.
// Source: llama_tensor_get_type() in llama.cpp's src/llama-quant.cpp (2025/2026), for dense models
// of the llama architecture quantized without an importance matrix.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "engine/tensor/dtype.h"

namespace woolly {

struct TypeMix {
  std::string_view name;    // "Q4_K_M", or the name of a DType
  DType base;               // of every matrix without a rule of its own
  std::uint32_t file_type;  // general.file_type: llama.cpp's number of the nearest file type
};

// Every name that type_mix() takes.
std::span<const TypeMix> type_mixes();

// Case does not matter. Throws Error (usage) with the names there are.
const TypeMix& type_mix(std::string_view name);

enum class MatrixRole {
  kTokenEmbedding,
  kAttentionV,
  kAttentionOutput,
  kFfnDown,
  kOutput,
  kOther,  // attention Q and K, feed-forward gate and up
};

struct MatrixPlace {
  MatrixRole role = MatrixRole::kOther;
  int layer = 0;
  int layers = 1;
  int query_heads_per_kv_head = 1;
  std::uint64_t row_length = 0;
};

// The type of one matrix; a row that is no whole number of its blocks falls back to a type of
// 32-value blocks, then to F16.
DType matrix_type(const TypeMix& mix, const MatrixPlace& place);

}  // namespace woolly
