#include "engine/runtime/optimization_flags.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <sstream>

#include <woolly/error.h>

#include "engine/base/buffer.h"
#include "engine/base/check.h"
#include "engine/kernels/attention/flash.h"

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

const OptimizationFlag& flag_named(std::string_view name) {
  const auto& flags = optimization_flags();
  const auto it =
      std::find_if(flags.begin(), flags.end(), [&](const auto& flag) { return flag.name == name; });
  WOOLLY_CHECK(it != flags.end());
  return *it;
}

std::vector<std::string_view> isa_values() {
  std::vector<std::string_view> values{"best"};
  for (const std::string_view name : isa_names()) values.push_back(name);
  return values;
}

bool huge_pages_are_there() {
  constexpr std::size_t kHugePageBytes = std::size_t{2} << 20;
  return Buffer(kHugePageBytes, Pages::kHuge).got_huge_pages();
}

void choose_instructions(FlagValues& values, Isa best, const CpuFeatures& machine) {
  std::string& name = value_of(values, "isa");
  if (name == "best") name = isa_name(best);
  if (!machine.has(*isa_from_name(name))) {
    throw_usage(fmt::format("optimization isa={}: this machine does not have it", name),
                fmt::format("it has {}", isa_name(best)));
  }
}

// Direct products dequantize nothing and the oracle keeps nothing. Refused on every machine alike,
// with direct products or without.
void refuse_contradictions(const FlagValues& values) {
  const std::string& gemm = value_of(values, "gemm");
  const std::string& dequant = value_of(values, "dequant");
  if (gemm == "blas" || dequant == "direct") return;
  if (gemm == "reference" && dequant == "every_use") return;
  throw_usage(fmt::format("optimization dequant={}: does not go with gemm={}", dequant, gemm),
              "add gemm=blas");
}

void fall_back(FlagValues& values) {
  std::string& gemm = value_of(values, "gemm");
  std::string& attention = value_of(values, "attention");
  std::string& pages = value_of(values, "pages");
  const bool direct = select_variant(panel_variants(), isa_of(values)).name != kOracle;
  if (gemm == "direct" && !direct) gemm = "blas";
  if (attention == "online" && gemm != "direct") attention = "blas";
  if (pages == "huge" && !huge_pages_are_there()) pages = "small";
  const auto use_default = [&](std::string_view name) {
    value_of(values, name) = flag_named(name).values.front();
  };
  if (gemm != "direct") {
    for (const char* name :
         {"bf16", "int8", "int16", "pool", "fusion_qkv", "fusion_ffn", "fusion_norm"}) {
      use_default(name);
    }
  }
  const auto need = [&](std::string_view name, const auto& variants) {
    if (select_variant(variants, isa_of(values)).name == kOracle) value_of(values, name) = "off";
  };
  if (gemm == "direct") {
    need("bf16", bf16_gemm_variants());
    need("int8", int8_gemm_variants());
    need("int16", int16_gemm_variants());
    std::string& int16 = value_of(values, "int16");
    // AVX-512 multiplies as many floats as words, which without VNNI it adds apart.
    if (int16 == "auto" && isa_of(values) == Isa::kAvx512) int16 = "off";
  }
  if (attention == "online") {
    need("bf16_attention", bf16_attention_variants());
  } else {
    use_default("bf16_attention");
  }
  std::string& dequant = value_of(values, "dequant");
  if (dequant == "direct" && gemm != "direct") dequant = "every_use";
  if (dequant != "cache") {
    use_default("dequant_cache_mb");
    use_default("dequant_policy");
  }
}

FlagValues from_environment() {
  FlagValues values;
  const char* text = std::getenv("WOOLLY_OPT");
  std::istringstream words(text == nullptr ? "" : text);
  for (std::string word; words >> word;) values.push_back(parse_flag(word));
  return values;
}

bool allows(const OptimizationFlag& flag, std::string_view value) {
  if (!flag.range) {
    return std::find(flag.values.begin(), flag.values.end(), value) != flag.values.end();
  }
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(value.begin(), value.end(), number);
  return error == std::errc() && end == value.end() && value == std::to_string(number) &&
         number >= flag.range->first && number <= flag.range->last;
}

Eviction eviction_named(std::string_view policy) {
  if (policy == "mru") return Eviction::kMru;
  return policy == "lru" ? Eviction::kLru : Eviction::kPinned;
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
  if (!allows(*flag, value)) {
    throw_usage(
        fmt::format("optimization {}={}: no such value", name, value),
        fmt::format("{} {}", flag->range ? "a whole number," : "one of", flag->choices(", ")));
  }
  values[static_cast<std::size_t>(flag - flags.begin())].second = value;
}

}  // namespace

std::string OptimizationFlag::choices(std::string_view separator) const {
  if (range) return fmt::format("{} to {}", range->first, range->last);
  return fmt::format("{}", fmt::join(values, separator));
}

const std::vector<OptimizationFlag>& optimization_flags() {
  static const std::vector<OptimizationFlag> flags{
      {"isa", "instructions of kernels: the best there are (or WOOLLY_ISA), or less", isa_values()},
      {"gemm",
       "products with weights: packed and direct; dequantized for BLAS; the oracle",
       {"direct", "blas", "reference"}},
      {"bf16",
       "direct products of many rows in bfloat16: where that loses nothing and is quicker; all; "
       "none",
       {"auto", "all", "off"}},
      {"int8",
       "direct products of many rows with a scale per 128: where that loses little; all codes; "
       "none",
       {"auto", "all", "off"}},
      {"int16",
       "direct products of many rows in 16-bit integers: of F16 and BF16 where quicker; of all "
       "floats; none",
       {"auto", "all", "off"}},
      {"attention",
       "in direct passes a block of keys at a time (flash); all scores, through BLAS; the oracle",
       {"online", "blas", "reference"}},
      {"bf16_attention",
       "online attention to long pieces in bfloat16: where weights have lost more; all; none",
       {"auto", "all", "off"}},
      {"kv_type", "numbers of the KV cache", {"f16", "f32", "bf16", "q8_0"}},
      {"pages", "memory pages of packed weights and of cached floats", {"huge", "small"}},
      {"prefetch", "how far direct products prefetch, in bytes", {"6144", "2048", "off"}},
      {"pool",
       "threads that are done take work from the others, in direct passes; or do not",
       {"steal", "static"}},
      {"fusion_qkv", "Q, K, V, RoPE and cache write as one phase of direct passes", {"on", "off"}},
      {"fusion_ffn", "gate, up, SiLU, product and quantization as one phase", {"on", "off"}},
      {"fusion_norm", "every thread normalizes for itself, inside the phase", {"on", "off"}},
      {"dequant",
       "floats that products need: none; with gemm=blas made at every use, or kept in a cache",
       {"direct", "every_use", "cache"}},
      {"dequant_cache_mb", "limit of that cache, in MiB", {"2048"}, {{1, 1 << 20}}},
      {"dequant_policy",
       "what leaves it when full: nothing, the most or the least recently used matrix",
       {"pinned", "mru", "lru"}},
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

FlagValues resolve_flags(const FlagValues& given, Isa best, const CpuFeatures& machine) {
  FlagValues values;
  for (const OptimizationFlag& flag : optimization_flags()) {
    values.emplace_back(flag.name, flag.values.front());
  }
  for (const auto& [name, value] : from_environment()) set_flag(values, name, value);
  for (const auto& [name, value] : given) set_flag(values, name, value);
  choose_instructions(values, best, machine);
  refuse_contradictions(values);
  fall_back(values);
  return values;
}

FlagValues resolve_flags(const FlagValues& given) {
  const CpuFeatures machine = detect_cpu_features();
  return resolve_flags(given, choose_isa(machine), machine);
}

Isa isa_of(const FlagValues& resolved) { return *isa_from_name(value_of(resolved, "isa")); }

DType kv_type_of(const FlagValues& resolved) {
  return *dtype_from_name(value_of(resolved, "kv_type"));
}

FastKernels kernels_for(const FlagValues& resolved) {
  FastKernels kernels;
  const Isa isa = isa_of(resolved);
  const std::string_view gemm = value_of(resolved, "gemm");
  const std::string_view attention = value_of(resolved, "attention");
  const std::string_view prefetch = value_of(resolved, "prefetch");
  kernels.matmul = variant_named(matmul_variants(), gemm == "direct" ? "blas" : gemm);
  kernels.attention =
      variant_named(attention_variants(), attention == "online" ? "blas" : attention);
  if (gemm == "direct") kernels.panels = select_variant(panel_variants(), isa).function;
  if (const std::string_view bf16 = value_of(resolved, "bf16"); gemm == "direct" && bf16 != "off") {
    // With AVX-512 products of codes are quicker, but of BF16 weights there are none.
    const bool all = bf16 == "all";
    kernels.bf16 = {select_variant(bf16_gemm_variants(), isa).function, all || isa == Isa::kAmx,
                    /*rests=*/!all};
  }
  if (const std::string_view int8 = value_of(resolved, "int8"); gemm == "direct" && int8 != "off") {
    kernels.int8 = {select_variant(int8_gemm_variants(), isa).function, int8 == "all"};
  }
  if (const std::string_view int16 = value_of(resolved, "int16");
      gemm == "direct" && int16 != "off") {
    kernels.int16 = {select_variant(int16_gemm_variants(), isa).function, int16 == "all"};
  }
  if (attention == "online") {
    kernels.decode_attention = select_variant(decode_attention_variants(), isa).function;
    kernels.flash_attention = select_variant(flash_attention_variants(), isa).function;
    if (const std::string_view bf16 = value_of(resolved, "bf16_attention"); bf16 != "off") {
      // With AVX-512 three products take longer than one of floats.
      const bool all = bf16 == "all";
      kernels.bf16_attention = {select_variant(bf16_attention_variants(), isa).function,
                                all || isa == Isa::kAmx, /*rests=*/!all};
    }
  }
  kernels.steal = value_of(resolved, "pool") == "steal";
  kernels.fuse_qkv = value_of(resolved, "fusion_qkv") == "on";
  kernels.fuse_ffn = value_of(resolved, "fusion_ffn") == "on";
  kernels.fuse_norm = value_of(resolved, "fusion_norm") == "on";
  kernels.pages = value_of(resolved, "pages") == "huge" ? Pages::kHuge : Pages::kSmall;
  if (value_of(resolved, "dequant") == "cache") {
    kernels.dequant_cache = {eviction_named(value_of(resolved, "dequant_policy")),
                             std::stoul(value_of(resolved, "dequant_cache_mb")) << 20};
  }
  if (prefetch != "off") kernels.prefetch_bytes = std::stoul(std::string(prefetch));
  return kernels;
}

std::string matmul_kernel_name(const FlagValues& resolved) {
  const std::string_view gemm = value_of(resolved, "gemm");
  if (gemm != "direct") return fmt::format("matmul/{}", gemm);
  return fmt::format("panel_matmul/{}", select_variant(panel_variants(), isa_of(resolved)).name);
}

}  // namespace woolly
