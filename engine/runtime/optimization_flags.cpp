#include "engine/runtime/optimization_flags.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include <woolly/error.h>

#include "engine/base/check.h"

namespace woolly {
namespace {

template <typename Function>
std::vector<std::string_view> variant_names(std::span<const KernelVariant<Function>> variants) {
  std::vector<std::string_view> names;
  for (const auto& variant : variants) names.push_back(variant.name);
  return names;
}

template <typename Function>
Function variant_named(std::span<const KernelVariant<Function>> variants, std::string_view name) {
  const auto it = std::find_if(variants.begin(), variants.end(),
                               [&](const auto& variant) { return variant.name == name; });
  WOOLLY_CHECK(it != variants.end());
  return it->function;
}

std::string_view value_of(const FlagValues& values, std::string_view name) {
  const auto it = std::find_if(values.begin(), values.end(),
                               [&](const auto& entry) { return entry.first == name; });
  WOOLLY_CHECK(it != values.end());
  return it->second;
}

}  // namespace

const std::vector<OptimizationFlag>& optimization_flags() {
  static const std::vector<OptimizationFlag> flags{
      {"gemm", "matrix products with weights", variant_names(matmul_variants())},
      {"attention", "attention over the KV cache", variant_names(attention_variants())},
  };
  return flags;
}

FlagValues resolve_flags(const FlagValues& given) {
  FlagValues values;
  for (const OptimizationFlag& flag : optimization_flags()) {
    values.emplace_back(flag.name, flag.values.front());
  }
  for (const auto& [name, value] : given) {
    const auto& flags = optimization_flags();
    const auto flag = std::find_if(flags.begin(), flags.end(),
                                   [&, wanted = name](const auto& f) { return f.name == wanted; });
    if (flag == flags.end()) {
      std::vector<std::string_view> names;
      for (const OptimizationFlag& f : flags) names.push_back(f.name);
      throw_usage(fmt::format("--opt {}={}: no such flag", name, value),
                  fmt::format("there are {}", fmt::join(names, ", ")));
    }
    if (std::find(flag->values.begin(), flag->values.end(), value) == flag->values.end()) {
      throw_usage(fmt::format("--opt {}={}: no such value", name, value),
                  fmt::format("one of {}", fmt::join(flag->values, ", ")));
    }
    values[static_cast<std::size_t>(flag - flags.begin())].second = value;
  }
  return values;
}

FastKernels kernels_for(const FlagValues& resolved) {
  return {variant_named(matmul_variants(), value_of(resolved, "gemm")),
          variant_named(attention_variants(), value_of(resolved, "attention"))};
}

}  // namespace woolly
