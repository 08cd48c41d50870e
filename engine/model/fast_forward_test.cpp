#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "engine/base/test_support.h"
#include "engine/base/tile_emulator.h"
#include "engine/kernels/attention/flash.h"
#include "engine/model/forward.h"
#include "engine/model/model_test_support.h"
#include "engine/model/synthetic/synthetic_test_support.h"
#include "engine/model/synthetic/type_mix.h"

namespace woolly {
namespace {

using test::Logits;
using test::relative_error;
using test::SmallModel;

std::vector<TokenId> some_tokens(std::size_t n, std::size_t vocab_size) {
  std::mt19937 random(7);
  std::vector<TokenId> tokens(n);
  for (TokenId& token : tokens) token = static_cast<TokenId>(random() % vocab_size);
  return tokens;
}

Logits run(Forward& forward, std::span<const TokenId> tokens, std::size_t first) {
  Logits result;
  forward.run(tokens, 0, first, [&](std::size_t index, std::span<const float> logits) {
    EXPECT_EQ(index, first + result.size());
    result.emplace_back(logits.begin(), logits.end());
  });
  EXPECT_EQ(result.size(), tokens.size() - first);
  return result;
}

// Logits of these models are of size 1 and pass a few hundred f32 roundings a layer.
void expect_close(const Logits& a, const Logits& b, float tolerance, const std::string& what) {
  ASSERT_EQ(a.size(), b.size());
  float worst = 0;
  for (std::size_t t = 0; t < a.size(); ++t) {
    for (std::size_t i = 0; i < a[t].size(); ++i)
      worst = std::max(worst, std::fabs(a[t][i] - b[t][i]));
  }
  EXPECT_LT(worst, tolerance) << what;
}

FastKernels blas_kernels() {
  FastKernels kernels;
  kernels.matmul = matmul_variants().front().function;
  kernels.attention = attention_variants().front().function;
  return kernels;
}

FastKernels direct_kernels(Isa isa) {
  FastKernels kernels = blas_kernels();
  kernels.panels = select_variant(panel_variants(), isa).function;
  kernels.decode_attention = select_variant(decode_attention_variants(), isa).function;
  kernels.flash_attention = select_variant(flash_attention_variants(), isa).function;
  kernels.prefetch_bytes = 1024;
  return kernels;
}

// Products of long pieces in bfloat16 or in integers; the rest as `isa` has it.
FastKernels bf16_kernels(Isa isa, Isa products) {
  FastKernels kernels = direct_kernels(isa);
  kernels.bf16 = {select_variant(bf16_gemm_variants(), products).function};
  return kernels;
}

Bf16Attention bf16_attention(Isa isa) {
  return {select_variant(bf16_attention_variants(), isa).function};
}

FastKernels int8_kernels(Isa isa) {
  FastKernels kernels = direct_kernels(isa);
  kernels.int8 = {select_variant(int8_gemm_variants(), isa).function};
  return kernels;
}

FastKernels int16_kernels(Isa isa) {
  FastKernels kernels = direct_kernels(isa);
  kernels.int16 = {select_variant(int16_gemm_variants(), isa).function};
  return kernels;
}

std::vector<Isa> bf16_isas() {
  const CpuFeatures features = test::features_with_amx();
  std::vector<Isa> isas{Isa::kGeneric};
  for (const Isa isa : {Isa::kAvx512Bf16, Isa::kAmx}) {
    if (features.has(isa)) isas.push_back(isa);
  }
  return isas;
}

Logits run_in_steps(const LlamaModel& model, Context& context, const FastKernels& kernels,
                    DType kv_type, std::span<const TokenId> tokens, std::size_t step) {
  KvCache cache(model.config, tokens.size(), kv_type);
  const auto forward = make_fast_forward(model, cache, context, kernels);
  Logits logits;
  for (std::size_t t = 0; t < tokens.size(); t += step) {
    const std::size_t count = std::min(step, tokens.size() - t);
    forward->run(tokens.subspan(t, count), t, 0, [&](std::size_t, std::span<const float> row) {
      logits.emplace_back(row.begin(), row.end());
    });
  }
  return logits;
}

// In passes of at most `step` tokens; `tolerance` is of the relative error.
void compare_direct(const std::filesystem::path& path, std::size_t n, std::size_t step,
                    DType kv_type, int threads, double tolerance, const std::string& what) {
  Context context(threads);
  const LlamaModel model = LlamaModel::load(path, context.isa);
  const std::vector<TokenId> tokens = some_tokens(n, model.config.vocab_size);
  KvCache reference_cache(model.config, n, kv_type);
  const Logits expected = run(*make_reference_forward(model, reference_cache), tokens, 0);
  for (const Isa isa : {Isa::kGeneric, Isa::kAvx2, Isa::kAvxVnni, Isa::kAvx512, Isa::kAvx512Vnni}) {
    if (!context.features.has(isa)) continue;
    for (const bool online : {true, false}) {
      FastKernels kernels = direct_kernels(isa);
      if (!online) {
        kernels.decode_attention = nullptr;
        kernels.flash_attention = nullptr;
      }
      const Logits logits = run_in_steps(model, context, kernels, kv_type, tokens, step);
      EXPECT_LT(relative_error(logits, expected), tolerance)
          << what << " " << isa_name(isa) << (online ? " online" : " scores");
    }
  }
}

void compare(const std::filesystem::path& path, std::size_t n, DType kv_type, int threads,
             float tolerance, const std::string& what) {
  Context context(threads);
  const LlamaModel model = LlamaModel::load(path, context.isa);
  const std::vector<TokenId> tokens = some_tokens(n, model.config.vocab_size);
  const std::size_t first = n > 40 ? n - 40 : 0;
  KvCache reference_cache(model.config, n, kv_type);
  KvCache fast_cache(model.config, n, kv_type);
  const Logits expected = run(*make_reference_forward(model, reference_cache), tokens, first);
  const auto fast = make_fast_forward(model, fast_cache, context, blas_kernels());
  expect_close(run(*fast, tokens, first), expected, tolerance, what);
}

TEST(FastForward, AgreesWithTheReferenceAtEveryLength) {
  const test::TemporaryFolder folder;
  SmallModel().write(folder / "m.gguf");
  for (const std::size_t n : {1U, 2U, 15U, 64U, 65U, 600U}) {  // 600: more than one batch
    for (const int threads : {1, 2, 3}) {
      compare(folder / "m.gguf", n, DType::kF32, threads, 1e-5F, "n=" + std::to_string(n));
    }
    compare(folder / "m.gguf", n, DType::kF16, 2, 2e-3F, "f16 n=" + std::to_string(n));
  }
}

TEST(FastForward, AgreesForEveryArchitectureOption) {
  const test::TemporaryFolder folder;
  SmallModel tied;
  tied.tensors.erase("output.weight");
  SmallModel rope;
  rope.metadata.set("llama.rope.freq_base", 500.0F);
  rope.metadata.set("llama.rope.scale_linear", 2.0F);
  rope.tensors["rope_freqs.weight"] = {{4}, {1, 2, 4, 8}};
  SmallModel partial;
  partial.metadata.set("llama.rope.dimension_count", std::uint32_t{4});
  int index = 0;
  for (const SmallModel* model : {&tied, &rope, &partial}) {
    const auto path = folder / std::to_string(index++);
    model->write(path);
    compare(path, 50, DType::kF32, 2, 1e-5F, "option " + std::to_string(index));
  }
}

TEST(FastForward, DecodingStepByStepEqualsPrefill) {
  const test::TemporaryFolder folder;
  SmallModel().write(folder / "m.gguf");
  Context context(2);
  const LlamaModel model = LlamaModel::load(folder / "m.gguf", context.isa);
  const std::vector<TokenId> tokens = some_tokens(30, model.config.vocab_size);
  KvCache whole_cache(model.config, 64, DType::kF32);
  const Logits whole =
      run(*make_fast_forward(model, whole_cache, context, blas_kernels()), tokens, 0);
  KvCache cache(model.config, 64, DType::kF32);
  const auto forward = make_fast_forward(model, cache, context, blas_kernels());
  Logits steps;
  const auto keep = [&](std::size_t, std::span<const float> logits) {
    steps.emplace_back(logits.begin(), logits.end());
  };
  forward->run(std::span(tokens).first(10), 0, 0, keep);
  for (std::size_t t = 10; t < tokens.size(); ++t) {
    forward->run(std::span(tokens).subspan(t, 1), t, 0, keep);
  }
  expect_close(steps, whole, 1e-5F, "step by step");
}

TEST(FastForward, EveryVariantOfTheFlagsAgrees) {
  const test::TemporaryFolder folder;
  SmallModel().write(folder / "m.gguf");
  Context context(2);
  const LlamaModel model = LlamaModel::load(folder / "m.gguf", context.isa);
  const std::vector<TokenId> tokens = some_tokens(20, model.config.vocab_size);
  KvCache reference_cache(model.config, 64, DType::kF32);
  const Logits expected = run(*make_reference_forward(model, reference_cache), tokens, 0);
  for (const auto& matmul : matmul_variants()) {
    for (const auto& attention : attention_variants()) {
      KvCache cache(model.config, 64, DType::kF32);
      FastKernels kernels;
      kernels.matmul = matmul.function;
      kernels.attention = attention.function;
      const auto forward = make_fast_forward(model, cache, context, kernels);
      expect_close(run(*forward, tokens, 0), expected, 1e-5F,
                   std::string(matmul.name) + " " + std::string(attention.name));
    }
  }
}

TEST(FastForward, DirectPassesAgreeForEverySizeAndThreadCount) {
  const test::TemporaryFolder folder;
  SmallModel().write(folder / "m.gguf");
  for (const std::size_t step : {1U, 2U, 5U, 12U, 13U, 30U}) {  // from 13 on in a PrefillPass
    for (const int threads : {1, 2, 3, 7}) {
      compare_direct(folder / "m.gguf", 50, step, DType::kF32, threads, 1e-5,
                     fmt::format("step={} threads={}", step, threads));
    }
  }
  for (const std::size_t step : {3U, 50U}) {
    compare_direct(folder / "m.gguf", 50, step, DType::kF16, 2, 1e-3, "f16");
    compare_direct(folder / "m.gguf", 50, step, DType::kBF16, 2, 1e-2, "bf16");
  }
  compare_direct(folder / "m.gguf", 600, 600, DType::kF32, 2, 1e-5, "more than one pass");
}

TEST(FastForward, DirectPassesAgreeForEveryArchitectureOption) {
  const test::TemporaryFolder folder;
  SmallModel tied;
  tied.tensors.erase("output.weight");
  SmallModel partial;
  partial.metadata.set("llama.rope.dimension_count", std::uint32_t{4});
  int index = 0;
  for (const SmallModel* model : {&tied, &partial}) {
    const auto path = folder / std::to_string(index++);
    model->write(path);
    for (const std::size_t step : {1U, 30U}) {
      compare_direct(path, 30, step, DType::kF32, 2, 1e-5, fmt::format("option {}", index));
    }
  }
}

// Passes in bfloat16: of groups of panels, fused and not, with threads that get none; a pass of few
// tokens after them has the other products.
TEST(FastForward, Bf16PassesAgreeForEverySizeAndThreadCount) {
  const test::TemporaryFolder folder;
  SmallModel().write(folder / "m.gguf");
  for (const int threads : {1, 2, 3}) {
    Context context(threads);
    const LlamaModel model = LlamaModel::load(folder / "m.gguf", context.isa);
    const std::vector<TokenId> tokens = some_tokens(50, model.config.vocab_size);
    KvCache reference_cache(model.config, tokens.size(), DType::kF32);
    const Logits expected = run(*make_reference_forward(model, reference_cache), tokens, 0);
    for (const Isa isa : bf16_isas()) {
      for (const bool fused : {true, false}) {
        for (const bool rests : {true, false}) {
          for (const std::size_t step : {13U, 47U, 50U}) {
            FastKernels kernels = bf16_kernels(context.isa, isa);
            kernels.fuse_ffn = fused;
            kernels.bf16->rests = rests;
            const Logits logits = run_in_steps(model, context, kernels, DType::kF32, tokens, step);
            EXPECT_LT(relative_error(logits, expected), rests ? 5e-5 : 0.01)
                << isa_name(isa) << " threads=" << threads << " step=" << step
                << (fused ? " fused" : "") << (rests ? " rests" : "");
          }
        }
      }
    }
  }
}

// Attention in bfloat16 is nearly exact where weights are floats and it has rests, and not taken
// where it is to be for coarse weights alone and others are finer.
TEST(FastForward, Bf16AttentionSuitsTheModel) {
  const test::TemporaryFolder folder;
  Context context(2);
  const auto logits_of = [&](const std::string& type, const std::optional<Bf16Attention>& bf16) {
    test::write_tiny_model(type, folder / (type + ".gguf"));
    const LlamaModel model = LlamaModel::load(folder / (type + ".gguf"), context.isa);
    FastKernels kernels = direct_kernels(context.isa);
    kernels.bf16_attention = bf16;
    const std::vector<TokenId> tokens = some_tokens(150, model.config.vocab_size);
    return run_in_steps(model, context, kernels, DType::kF16, tokens, tokens.size());
  };
  for (const Isa isa : bf16_isas()) {
    Bf16Attention rounded = bf16_attention(isa);
    rounded.rests = false;
    Bf16Attention coarse_only = rounded;
    coarse_only.all_models = false;
    for (const char* type : {"F32", "Q8_0", "Q4_0"}) {
      const std::string what = fmt::format("{} {}", isa_name(isa), type);
      const bool floats = type == std::string("F32");
      const Logits exact = logits_of(type, std::nullopt);
      const Logits lossy = logits_of(type, rounded);
      EXPECT_GT(relative_error(lossy, exact), 1e-3) << what;
      EXPECT_LT(relative_error(lossy, exact), 0.06) << what;
      const Logits with_rests = logits_of(type, bf16_attention(isa));
      EXPECT_EQ(with_rests == lossy, !floats) << what;
      EXPECT_LT(relative_error(with_rests, exact), floats ? 1e-3 : 0.06) << what;
      EXPECT_EQ(logits_of(type, coarse_only), type == std::string("Q4_0") ? lossy : exact) << what;
    }
  }
}

// What speculation rests on: a token's logits have the same bits alone and among others. Passes
// over few tokens and over many differ in their attention only, in the order of its sums.
void expect_same_bits(std::size_t n, std::initializer_list<std::size_t> steps) {
  const test::TemporaryFolder folder;
  const std::filesystem::path path = folder / "m.gguf";
  test::write_tiny_model("Q4_K_M", path);
  Context context(2);
  const LlamaModel model = LlamaModel::load(path, context.isa);
  const std::vector<TokenId> tokens = some_tokens(n, model.config.vocab_size);
  std::vector<Logits> results;
  for (const std::size_t step : steps) {
    KvCache cache(model.config, tokens.size(), DType::kF16);
    const auto forward = make_fast_forward(model, cache, context, direct_kernels(context.isa));
    Logits& logits = results.emplace_back();
    for (std::size_t t = 0; t < tokens.size(); t += step) {
      forward->run(std::span(tokens).subspan(t, step), t, 0,
                   [&](std::size_t, std::span<const float> row) {
                     logits.emplace_back(row.begin(), row.end());
                   });
    }
    EXPECT_EQ(logits, results.front()) << step;
  }
}

TEST(FastForward, DirectPassesGiveTheSameBitsWhateverTheirSize) {
  expect_same_bits(24, {1, 2, 3, 4, 12});
  expect_same_bits(80, {16, 20, 40, 80});
}

// A sequence's logits have the same bits alone and among others, whose prompts and tokens come and
// go, and are near those of a forward pass of its own.
class BatchOfSequences : public ::testing::Test {
 protected:
  struct Sequence {
    std::vector<TokenId> tokens;
    std::vector<std::size_t> cuts;  // the calls that bring the tokens, one step each
    std::size_t joins;              // in which step
  };

  // The logits after each call, of every sequence.
  std::vector<Logits> run_together(const LlamaModel& model, Context& context,
                                   const FastKernels& kernels,
                                   const std::vector<Sequence>& sequences) const {
    KvCache own(model.config, kContext, DType::kF16);
    const auto forward = make_fast_forward(model, own, context, kernels);
    EXPECT_TRUE(forward->runs_batches());
    std::vector<KvCache> caches;
    for (std::size_t i = 0; i < sequences.size(); ++i) {
      caches.emplace_back(model.config, kContext, DType::kF16);
    }
    std::vector<Logits> results(sequences.size());
    std::vector<std::size_t> done(sequences.size());
    for (std::size_t step = 0; step < 12; ++step) {
      std::vector<BatchPiece> pieces;
      std::vector<std::size_t> owners;
      for (std::size_t i = 0; i < sequences.size(); ++i) {
        const Sequence& s = sequences[i];
        if (step < s.joins || step - s.joins >= s.cuts.size()) continue;
        const std::size_t n = s.cuts[step - s.joins];
        pieces.push_back({&caches[i], std::span(s.tokens).subspan(done[i], n), done[i]});
        owners.push_back(i);
        done[i] += n;
      }
      forward->run_batch(pieces, [&](std::size_t piece, std::span<const float> row) {
        results[owners[piece]].emplace_back(row.begin(), row.end());
      });
    }
    return results;
  }

  // With a model of weights of this type.
  void expect_same_bits(Context& context, const FastKernels& kernels,
                        const std::string& type = "Q4_K_M") const;

  static constexpr std::size_t kContext = 700;
  test::TemporaryFolder folder_;
};

TEST_F(BatchOfSequences, BitsDoNotDependOnTheNeighbours) {
  Context context(2);
  expect_same_bits(context, direct_kernels(context.isa));
  for (const Isa isa : bf16_isas()) {
    if (isa == Isa::kGeneric) continue;
    FastKernels kernels = bf16_kernels(context.isa, isa);
    kernels.bf16_attention = bf16_attention(isa);
    expect_same_bits(context, kernels);
  }
  if (context.isa >= Isa::kAvx512Vnni) expect_same_bits(context, int8_kernels(context.isa));
  expect_same_bits(context, int16_kernels(context.isa), "F16");
}

void BatchOfSequences::expect_same_bits(Context& context, const FastKernels& kernels,
                                        const std::string& type) const {
  test::write_tiny_model(type, folder_ / "m.gguf");
  const LlamaModel model = LlamaModel::load(folder_ / "m.gguf", context.isa);
  const std::vector<TokenId> tokens = some_tokens(kContext, model.config.vocab_size);
  const auto part = [&](std::size_t from, std::size_t n) {
    return std::vector<TokenId>(tokens.begin() + static_cast<std::ptrdiff_t>(from),
                                tokens.begin() + static_cast<std::ptrdiff_t>(from + n));
  };
  const std::vector<Sequence> sequences{
      {part(0, 8), {5, 1, 1, 1}, 0},
      {part(3, 40), {36, 1, 2, 1}, 0},
      {part(9, 640), {630, 1, 8, 1}, 1},  // more than a pass takes
      {part(1, 20), {13, 1, 1, 1, 1, 1, 1, 1}, 2},
      {part(7, 3), {1, 1, 1}, 4},
  };
  const std::vector<Logits> together = run_together(model, context, kernels, sequences);
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    ASSERT_EQ(together[i].size(), sequences[i].cuts.size());
    EXPECT_EQ(run_together(model, context, kernels, {sequences[i]})[0], together[i]) << i;
    KvCache cache(model.config, kContext, DType::kF16);
    const auto forward = make_fast_forward(model, cache, context, kernels);
    Logits alone;
    std::size_t done = 0;
    for (const std::size_t n : sequences[i].cuts) {
      forward->run(std::span(sequences[i].tokens).subspan(done, n), done, n - 1,
                   [&](std::size_t, std::span<const float> row) {
                     alone.emplace_back(row.begin(), row.end());
                   });
      done += n;
    }
    EXPECT_LT(relative_error(together[i], alone), 0.01) << i;
  }
}

class FastForwardTypes : public ::testing::TestWithParam<std::string> {};

TEST_P(FastForwardTypes, AgreesWithTheReference) {
  const test::TemporaryFolder folder;
  const std::filesystem::path path = folder / "m.gguf";
  test::write_tiny_model(GetParam(), path);
  compare(path, 24, DType::kF32, 2, 1e-3F, GetParam());
  // Activations of eight bits: half a percent a product, a random walk over the layers.
  const bool floats = GetParam() == "F32" || GetParam() == "F16" || GetParam() == "BF16";
  for (const std::size_t step : {1U, 24U}) {
    compare_direct(path, 24, step, DType::kF32, 2, floats ? 1e-5 : 0.03, GetParam());
  }
  Context context(2);
  const LlamaModel model = LlamaModel::load(path, context.isa);
  const std::vector<TokenId> tokens = some_tokens(24, model.config.vocab_size);
  KvCache reference_cache(model.config, tokens.size(), DType::kF32);
  const Logits expected = run(*make_reference_forward(model, reference_cache), tokens, 0);
  // The output's product has codes of eight bits in all of them. Those of int8 have a scale per 128
  // values, and of the weights, too: twice the error.
  std::vector<FastKernels> ways;
  for (const Isa isa : bf16_isas()) {
    for (const bool all : {true, false}) {
      ways.push_back(bf16_kernels(context.isa, isa));
      ways.back().bf16->all_types = all;
    }
  }
  for (const Isa isa : {Isa::kGeneric, context.isa, bf16_isas().back()}) {
    ways.push_back(int8_kernels(context.isa));
    ways.back().int8->kernels = select_variant(int8_gemm_variants(), isa).function;
    // A layer has matrices of several types: products of several kinds.
    ways.push_back(ways.back());
    ways.back().int8->all_types = false;
    ways.push_back(ways.back());
    ways.back().bf16 = bf16_kernels(context.isa, bf16_isas().back()).bf16;
    ways.back().bf16->all_types = false;
  }
  for (const Isa isa : {Isa::kGeneric, context.isa}) {
    ways.push_back(int16_kernels(context.isa));
    ways.back().int16->kernels = select_variant(int16_gemm_variants(), isa).function;
    // With F32 as floats, codes in int8.
    ways.push_back(ways.back());
    ways.back().int16->all_types = false;
    ways.back().int8 = int8_kernels(context.isa).int8;
  }
  for (std::size_t i = 0; i < ways.size(); ++i) {
    for (const bool fused : {true, false}) {
      ways[i].fuse_ffn = fused;
      const Logits logits =
          run_in_steps(model, context, ways[i], DType::kF32, tokens, tokens.size());
      double bound = ways[i].int8 ? 0.06 : 0.03;
      if (floats && ways[i].int16) bound = 2e-3;
      EXPECT_LT(relative_error(logits, expected), bound)
          << GetParam() << " way " << i << (fused ? " fused" : "");
    }
  }
}

std::vector<std::string> mix_names() {
  std::vector<std::string> names;
  for (const TypeMix& mix : type_mixes()) names.emplace_back(mix.name);
  return names;
}

TEST_P(FastForwardTypes, BitsDoNotDependOnWhichProductIsTaken) {
  const test::TemporaryFolder folder;
  test::write_tiny_model(GetParam(), folder / "m.gguf");
  Context context(2);
  const LlamaModel model = LlamaModel::load(folder / "m.gguf", context.isa);
  const std::vector<TokenId> tokens = some_tokens(60, model.config.vocab_size);
  for (const bool fused : {true, false}) {
    for (const std::size_t n : {1U, 5U, 13U, 48U, 49U}) {
      const auto logits = [&](std::size_t gemm_rows) {
        FastKernels kernels = direct_kernels(context.isa);
        kernels.fuse_ffn = fused;
        for (const DTypeTraits& type : all_dtypes()) kernels.gemm_rows.set(type.dtype, gemm_rows);
        KvCache cache(model.config, 64, DType::kF16);
        const auto forward = make_fast_forward(model, cache, context, kernels);
        const BatchPiece piece{&cache, std::span(tokens).first(n), 0};
        std::vector<float> last;
        forward->run_batch({&piece, 1}, [&](std::size_t, std::span<const float> row) {
          last.assign(row.begin(), row.end());
        });
        return last;
      };
      const std::vector<float> expected = logits(1);
      ASSERT_FALSE(expected.empty());
      EXPECT_EQ(logits(kMostFewRows + 1), expected) << "n=" << n;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(AllTypes, FastForwardTypes, ::testing::ValuesIn(mix_names()),
                         [](const auto& type) { return type.param; });

}  // namespace
}  // namespace woolly
