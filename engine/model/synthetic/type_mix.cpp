#include "engine/model/synthetic/type_mix.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include <woolly/error.h>

namespace woolly {
namespace {

// Q2_K is a mix in llama.cpp and so it is here. The other K-types by their plain names are all of
// one type but for the output matrix; llama.cpp's nearest file type to that is the small mix, "S".
constexpr std::array kMixes{
    TypeMix{"F32", DType::kF32, 0},        TypeMix{"F16", DType::kF16, 1},
    TypeMix{"BF16", DType::kBF16, 32},     TypeMix{"Q4_0", DType::kQ4_0, 2},
    TypeMix{"Q4_1", DType::kQ4_1, 3},      TypeMix{"Q5_0", DType::kQ5_0, 8},
    TypeMix{"Q5_1", DType::kQ5_1, 9},      TypeMix{"Q8_0", DType::kQ8_0, 7},
    TypeMix{"Q2_K", DType::kQ2_K, 10},     TypeMix{"Q3_K", DType::kQ3_K, 11},
    TypeMix{"Q3_K_M", DType::kQ3_K, 12},   TypeMix{"Q4_K", DType::kQ4_K, 14},
    TypeMix{"Q4_K_M", DType::kQ4_K, 15},   TypeMix{"Q5_K", DType::kQ5_K, 16},
    TypeMix{"Q5_K_M", DType::kQ5_K, 17},   TypeMix{"Q6_K", DType::kQ6_K, 18},
    TypeMix{"IQ4_NL", DType::kIQ4_NL, 25}, TypeMix{"IQ4_XS", DType::kIQ4_XS, 30},
};

bool is_quantized(DType dtype) { return dtype_traits(dtype).block_values > 1; }

// The first and last eighth of the layers and every third between.
bool gets_more_bits(int layer, int layers) {
  return layer < layers / 8 || layer >= 7 * layers / 8 || (layer - layers / 8) % 3 == 2;
}

DType attention_v_type(const TypeMix& mix, const MatrixPlace& place) {
  const bool small = place.query_heads_per_kv_head >= 4;  // then more bits cost little
  if (mix.name == "Q2_K") return small ? DType::kQ4_K : DType::kQ3_K;
  if (mix.name == "Q3_K_M") return place.layer < 2 ? DType::kQ5_K : DType::kQ4_K;
  if (mix.name == "Q4_K_M" || mix.name == "Q5_K_M") {
    return gets_more_bits(place.layer, place.layers) ? DType::kQ6_K : mix.base;
  }
  if (small && (mix.name == "IQ4_NL" || mix.name == "IQ4_XS")) return DType::kQ5_K;
  return mix.base;
}

DType ffn_down_type(const TypeMix& mix, const MatrixPlace& place) {
  if (mix.name == "Q2_K") return DType::kQ3_K;
  if (mix.name == "Q3_K_M") return place.layer < place.layers / 16 ? DType::kQ5_K : DType::kQ4_K;
  if (mix.name == "Q4_K_M" || mix.name == "Q5_K_M") {
    return gets_more_bits(place.layer, place.layers) ? DType::kQ6_K : mix.base;
  }
  if (place.layer < place.layers / 8 && (mix.name == "IQ4_NL" || mix.name == "IQ4_XS")) {
    return DType::kQ5_K;
  }
  return mix.base;
}

DType attention_output_type(const TypeMix& mix) {
  if (mix.name == "Q2_K") return DType::kQ3_K;
  if (mix.name == "Q3_K_M") return DType::kQ4_K;
  return mix.base;
}

DType output_type(const TypeMix& mix) {
  return is_quantized(mix.base) && mix.base != DType::kQ8_0 ? DType::kQ6_K : mix.base;
}

DType preferred_type(const TypeMix& mix, const MatrixPlace& place) {
  switch (place.role) {
    case MatrixRole::kAttentionV:
      return attention_v_type(mix, place);
    case MatrixRole::kFfnDown:
      return ffn_down_type(mix, place);
    case MatrixRole::kAttentionOutput:
      return attention_output_type(mix);
    case MatrixRole::kOutput:
      return output_type(mix);
    case MatrixRole::kTokenEmbedding:
    case MatrixRole::kOther:
      break;
  }
  return mix.base;
}

// A type of 32-value blocks of about the same size.
DType small_block_type(DType dtype) {
  switch (dtype) {
    case DType::kQ2_K:
    case DType::kQ3_K:
    case DType::kIQ4_XS:
      return DType::kIQ4_NL;
    case DType::kQ4_K:
      return DType::kQ5_0;
    case DType::kQ5_K:
      return DType::kQ5_1;
    case DType::kQ6_K:
      return DType::kQ8_0;
    default:
      return dtype;
  }
}

}  // namespace

std::span<const TypeMix> type_mixes() { return kMixes; }

const TypeMix& type_mix(std::string_view name) {
  const auto same = [](unsigned char a, unsigned char b) {
    return std::toupper(a) == std::toupper(b);
  };
  std::vector<std::string_view> names;
  for (const TypeMix& mix : kMixes) {
    if (std::equal(name.begin(), name.end(), mix.name.begin(), mix.name.end(), same)) return mix;
    names.push_back(mix.name);
  }
  throw_usage(fmt::format("type \"{}\": not known", name),
              fmt::format("one of {}", fmt::join(names, ", ")));
}

DType matrix_type(const TypeMix& mix, const MatrixPlace& place) {
  const auto fits = [&](DType dtype) {
    return place.row_length % dtype_traits(dtype).block_values == 0;
  };
  const DType preferred = preferred_type(mix, place);
  if (fits(preferred)) return preferred;
  const DType smaller = small_block_type(preferred);
  return fits(smaller) ? smaller : DType::kF16;
}

}  // namespace woolly
