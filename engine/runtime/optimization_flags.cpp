#include "engine/runtime/optimization_flags.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include <woolly/error.h>

#include "engine/base/buffer.h"
#include "engine/base/check.h"

namespace woolly {
namespace {

constexpr std::string_view kOracle = "reference";

template <typename Function>
Function variant_named(std::span<const KernelVariant<Function>> variants, std::string_view name) {
  const auto it = std::find_if(variants.begin(), variants.end(),
                               [&](const auto& variant) { return variant.name == name; });
  WOOLLY_CHECK(it != variants.end());
  return it->function;
}

template <typename Values>  // FlagValues, const or not
auto& value_of(Values& values, std::string_view name) {
  const auto it = std::find_if(values.begin(), values.end(),
                               [&](const auto& entry) { return entry.first == name; });
  WOOLLY_CHECK(it != values.end());
  return it->second;
}

bool huge_pages_are_there() {
  constexpr std::size_t kHugePageBytes = std::size_t{2} << 20;
  return Buffer(kHugePageBytes, Pages::kHuge).got_huge_pages();
}

void fall_back(FlagValues& values, Isa isa) {
  std::string& gemm = value_of(values, "gemm");
  std::string& attention = value_of(values, "attention");
  std::string& pages = value_of(values, "pages");
  const bool direct = select_variant(panel_variants(), isa).name != kOracle;
  if (gemm == "direct" && !direct) gemm = "blas";
  if (attention == "online" && gemm != "direct") attention = "blas";
  if (pages == "huge" && !huge_pages_are_there()) pages = "small";
}

FlagValues from_environment() {
  FlagValues values;
  const char* text = std::getenv("WOOLLY_OPT");
  std::istringstream words(text == nullptr ? "" : text);
  for (std::string word; words >> word;) values.push_back(parse_flag(word));
  return values;
}

void set_flag(FlagValues& values, const std::string& name, const std::string& value) {
  const auto& flags = optimization_flags();
  const auto flag =
      std::find_if(flags.begin(), flags.end(), [&](const auto& f) { return f.name == name; });
  if (flag == flags.end()) {
    std::vector<std::string_view> names;
    for (const OptimizationFlag& f : flags) names.push_back(f.name);
    throw_usage(fmt::format("optimization {}={}: no such flag", name, value),
                fmt::format("there are {}", fmt::join(names, ", ")));
  }
  if (std::find(flag->values.begin(), flag->values.end(), value) == flag->values.end()) {
    throw_usage(fmt::format("optimization {}={}: no such value", name, value),
                fmt::format("one of {}", fmt::join(flag->values, ", ")));
  }
  values[static_cast<std::size_t>(flag - flags.begin())].second = value;
}

}  // namespace

const std::vector<OptimizationFlag>& optimization_flags() {
  static const std::vector<OptimizationFlag> flags{
      {"gemm",
       "products with weights: packed and direct; dequantized at every use for BLAS; the oracle",
       {"direct", "blas", "reference"}},
      {"attention",
       "one pass over the cache in direct passes; by way of scores in BLAS; the oracle",
       {"online", "blas", "reference"}},
      {"pages", "memory pages of packed weights", {"huge", "small"}},
      {"prefetch", "how far direct products prefetch, in bytes", {"6144", "2048", "off"}},
  };
  return flags;
}

std::pair<std::string, std::string> parse_flag(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) {
    throw_usage(fmt::format("optimization {}: has no value", text), "write name=value");
  }
  return {text.substr(0, equals), text.substr(equals + 1)};
}

FlagValues resolve_flags(const FlagValues& given, Isa isa) {
  FlagValues values;
  for (const OptimizationFlag& flag : optimization_flags()) {
    values.emplace_back(flag.name, flag.values.front());
  }
  for (const auto& [name, value] : from_environment()) set_flag(values, name, value);
  for (const auto& [name, value] : given) set_flag(values, name, value);
  fall_back(values, isa);
  return values;
}

FastKernels kernels_for(const FlagValues& resolved, Isa isa) {
  FastKernels kernels;
  const std::string_view gemm = value_of(resolved, "gemm");
  const std::string_view attention = value_of(resolved, "attention");
  const std::string_view prefetch = value_of(resolved, "prefetch");
  kernels.matmul = variant_named(matmul_variants(), gemm == "direct" ? "blas" : gemm);
  kernels.attention =
      variant_named(attention_variants(), attention == "online" ? "blas" : attention);
  if (gemm == "direct") kernels.panels = select_variant(panel_variants(), isa).function;
  if (attention == "online") {
    kernels.decode_attention = select_variant(decode_attention_variants(), isa).function;
  }
  kernels.pages = value_of(resolved, "pages") == "huge" ? Pages::kHuge : Pages::kSmall;
  if (prefetch != "off") kernels.prefetch_bytes = std::stoul(std::string(prefetch));
  return kernels;
}

std::string matmul_kernel_name(const FlagValues& resolved, Isa isa) {
  const std::string_view gemm = value_of(resolved, "gemm");
  if (gemm != "direct") return fmt::format("matmul/{}", gemm);
  return fmt::format("panel_matmul/{}", select_variant(panel_variants(), isa).name);
}

}  // namespace woolly
