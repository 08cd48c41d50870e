// Every combination of the values of the optimization flags computes what the reference does. The
// instructions and the type of the cache are varied with the defaults of the others: they choose
// among kernels that are each held to the oracle, and say nothing of what a pass does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <woolly/error.h>
#include <woolly/session.h>

#include "engine/base/test_support.h"
#include "engine/model/model_test_support.h"
#include "engine/model/synthetic/synthetic_test_support.h"
#include "engine/runtime/optimization_flags.h"

namespace woolly {
namespace {

using test::Logits;

constexpr std::size_t kPromptTokens = 20;  // more than a decode pass takes
constexpr std::size_t kDecodedTokens = 4;

// Of a number, the smallest, which is to make a cache evict, and the default.
std::vector<std::string> values_to_try(const OptimizationFlag& flag) {
  if (flag.name == "isa") return {"best"};
  if (flag.name == "kv_type") return {"f32"};
  if (flag.name == "bf16_attention") return {"all", "off"};  // "auto" is one of them
  if (flag.range) return {std::to_string(flag.range->first), std::string(flag.values.front())};
  return {flag.values.begin(), flag.values.end()};
}

// With the default of a flag whose products the model has no weights for.
std::vector<FlagValues> all_combinations(std::string_view without) {
  std::vector<FlagValues> combinations{{}};
  for (const OptimizationFlag& flag : optimization_flags()) {
    std::vector<FlagValues> longer;
    for (const FlagValues& combination : combinations) {
      std::vector<std::string> tried = values_to_try(flag);
      if (flag.name == without) tried.resize(1);
      for (const std::string& value : tried) {
        longer.push_back(combination);
        longer.back().emplace_back(flag.name, value);
      }
    }
    combinations = std::move(longer);
  }
  return combinations;
}

std::string value_of(const FlagValues& values, std::string_view name) {
  for (const auto& [flag, value] : values) {
    if (flag == name) return value;
  }
  return {};
}

// What is to be refused: dequantized weights where products have none.
bool contradictory(const FlagValues& asked) {
  const std::string gemm = value_of(asked, "gemm");
  const std::string dequant = value_of(asked, "dequant");
  return (gemm == "direct" && dequant != "direct") || (gemm == "reference" && dequant == "cache");
}

// What the combinations come to on this machine: those that fall back to the same run once.
std::set<FlagValues> resolved_combinations(std::string_view without) {
  std::set<FlagValues> resolved;
  for (const FlagValues& asked : all_combinations(without)) {
    std::optional<FlagValues> values;
    try {
      values = resolve_flags(asked);
    } catch (const Error&) {
    }
    EXPECT_EQ(values.has_value(), !contradictory(asked)) << ::testing::PrintToString(asked);
    if (values) resolved.insert(*values);
  }
  return resolved;
}

Logits logits_of(const std::filesystem::path& model, SessionOptions options) {
  options.threads = 2;
  options.context = 64;
  Session session = Session::open(model.string(), options);
  EXPECT_THAT(session.effective_options(), ::testing::IsSupersetOf(options.opts));
  std::mt19937 random(7);
  std::vector<TokenId> tokens(kPromptTokens + kDecodedTokens);
  for (TokenId& token : tokens) {
    token = static_cast<TokenId>(random() % static_cast<unsigned>(session.info().vocab_size));
  }
  Logits logits;
  session.score(std::span(tokens).first(kPromptTokens), 0, [&](int, std::span<const float> row) {
    logits.emplace_back(row.begin(), row.end());
  });
  for (const TokenId token : std::span(tokens).last(kDecodedTokens)) {
    const std::span<const float> row = session.decode(token);
    logits.emplace_back(row.begin(), row.end());
  }
  return logits;
}

Logits reference_logits(const std::filesystem::path& model, const std::string& kv_type) {
  SessionOptions options;
  options.implementation = "reference";
  options.opts = {{"kv_type", kv_type}};
  return logits_of(model, options);
}

// Tolerances are of the relative error.
struct Tolerances {
  double floats;
  double direct;
  double integers;  // of products with a scale per 64 or 128 values, where such a flag says so
};

// Of a model whose weights are all F32, or none.
void expect_all_agree(const std::filesystem::path& model, bool floats,
                      const Tolerances& tolerances) {
  const Logits expected = reference_logits(model, "f32");
  const auto in_integers = [&](const FlagValues& values) {
    return floats ? value_of(values, "int16") == "all" : value_of(values, "int8") != "off";
  };
  SessionOptions options;
  for (const FlagValues& values : resolved_combinations(floats ? "int8" : "int16")) {
    options.opts = values;
    double tolerance = tolerances.floats;
    if (value_of(values, "gemm") == "direct") {
      tolerance = in_integers(values) ? tolerances.integers : tolerances.direct;
      constexpr double kBfloats = 0.01;
      if (value_of(values, "bf16") == "all" || value_of(values, "bf16_attention") == "all") {
        tolerance = std::max(tolerance, kBfloats);
      }
    }
    EXPECT_LT(test::relative_error(logits_of(model, options), expected), tolerance)
        << ::testing::PrintToString(values);
  }
}

TEST(OptimizationCombinations, AgreeWithTheReference) {
  const test::TemporaryFolder folder;
  test::SmallModel().write(folder / "f32.gguf");
  const bool amx = isa_of(resolve_flags({})) == Isa::kAmx;  // see below
  const double direct = amx ? 5e-5 : 1e-5;
  expect_all_agree(folder / "f32.gguf", true, {.floats = 1e-5, .direct = direct, .integers = 2e-3});
}

// Activations of direct products have eight bits: half a percent a product, a random walk over the
// layers.
TEST(OptimizationCombinations, AgreeWithTheReferenceOnQuantizedWeights) {
  const test::TemporaryFolder folder;
  test::write_tiny_model("Q4_K_M", folder / "q4.gguf");
  expect_all_agree(folder / "q4.gguf", false, {.floats = 1e-5, .direct = 0.03, .integers = 0.06});
}

const OptimizationFlag& flag_named(std::string_view name) {
  const auto& flags = optimization_flags();
  return *std::find_if(flags.begin(), flags.end(), [&](const auto& f) { return f.name == name; });
}

void expect_every_isa_agrees(const std::filesystem::path& model, double tolerance) {
  const Logits expected = reference_logits(model, "f32");
  const CpuFeatures machine = detect_cpu_features();
  for (const std::string_view name : flag_named("isa").values) {
    if (name != "best" && !machine.has(*isa_from_name(name))) continue;
    SessionOptions options;
    options.opts = resolve_flags({{"isa", std::string(name)}, {"kv_type", "f32"}});
    EXPECT_LT(test::relative_error(logits_of(model, options), expected), tolerance) << name;
  }
}

TEST(OptimizationCombinations, EveryInstructionSetAgrees) {
  const test::TemporaryFolder folder;
  test::SmallModel().write(folder / "f32.gguf");
  // With AMX the floats are sums of two in bfloat16.
  expect_every_isa_agrees(folder / "f32.gguf", 5e-5);
  for (const char* type : {"Q4_K_M", "Q8_0"}) {
    test::write_tiny_model(type, folder / type);
    expect_every_isa_agrees(folder / type, 0.06);
  }
}

TEST(OptimizationCombinations, EveryTypeOfCacheAgrees) {
  const test::TemporaryFolder folder;
  test::write_tiny_model("F32", folder / "m.gguf");
  for (const std::string_view type : flag_named("kv_type").values) {
    const Logits expected = reference_logits(folder / "m.gguf", std::string(type));
    SessionOptions options;
    options.opts = resolve_flags({{"kv_type", std::string(type)}});
    EXPECT_LT(test::relative_error(logits_of(folder / "m.gguf", options), expected), 0.03) << type;
  }
}

}  // namespace
}  // namespace woolly
