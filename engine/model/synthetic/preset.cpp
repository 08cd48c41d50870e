#include "engine/model/synthetic/preset.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <vector>

#include <woolly/error.h>

namespace woolly {
namespace {

constexpr std::array kPresets{
    SyntheticPreset{"tiny", "3.5M", 256, 4, 4, 2, 768, 512, 2048},
    SyntheticPreset{"llama-160m", "160M", 768, 12, 12, 12, 3072, 32000, 2048},
    SyntheticPreset{"tinyllama-1.1b", "1.1B", 2048, 22, 32, 4, 5632, 32000, 2048},
    SyntheticPreset{"llama-7b", "7B", 4096, 32, 32, 32, 11008, 32000, 4096},
};

}  // namespace

std::span<const SyntheticPreset> synthetic_presets() { return kPresets; }

const SyntheticPreset& synthetic_preset(std::string_view name) {
  std::vector<std::string_view> names;
  for (const SyntheticPreset& preset : kPresets) {
    if (preset.name == name) return preset;
    names.push_back(preset.name);
  }
  throw_usage(fmt::format("preset \"{}\": not known", name),
              fmt::format("one of {}", fmt::join(names, ", ")));
}

}  // namespace woolly
