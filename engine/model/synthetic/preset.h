// The shapes that synthetic models come in: those of models people run.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace woolly {

struct SyntheticPreset {
  std::string_view name;        // as --preset takes it
  std::string_view size_label;  // as general.size_label says it
  std::uint32_t width;          // embedding length
  std::uint32_t layers;
  std::uint32_t heads;
  std::uint32_t kv_heads;
  std::uint32_t ffn_width;
  std::uint32_t vocab_size;
  std::uint32_t context_length;

  std::uint32_t head_dim() const { return width / heads; }
  std::uint32_t kv_width() const { return head_dim() * kv_heads; }
};

std::span<const SyntheticPreset> synthetic_presets();

// Throws Error (usage) with the names there are.
const SyntheticPreset& synthetic_preset(std::string_view name);

}  // namespace woolly
