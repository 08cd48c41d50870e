#include "engine/model/synthetic/synthetic_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <string>
#include <vector>

#include <woolly/error.h>

#include "engine/base/file.h"
#include "engine/base/hash.h"
#include "engine/base/test_support.h"
#include "engine/gguf/reader.h"
#include "engine/kernels/dequantize_row/dequantize_row.h"
#include "engine/tokenizer/make_tokenizer.h"

namespace woolly {
namespace {

std::filesystem::path make_tiny(const test::TemporaryFolder& folder, const std::string& type,
                                int threads = 2, std::uint64_t seed = 1) {
  SyntheticOptions options;
  options.type = type;
  options.seed = seed;
  options.output = folder / (type + "-" + std::to_string(threads) + "-" + std::to_string(seed));
  ThreadPool pool(threads);
  write_synthetic_model(options, pool);
  return options.output;
}

std::uint64_t hash_of(const std::filesystem::path& path) {
  const std::string content = read_file(path);
  return fnv1a(std::as_bytes(std::span(content)));
}

TEST(SyntheticModel, BytesAreTheSameEverywhere) {
  const test::TemporaryFolder folder;
  const std::map<std::string, std::uint64_t> pinned{
      {"F32", 0xCE7B47FFD4B1853B},  {"Q8_0", 0x30B29403BBBC6190},   {"Q4_K_M", 0x1E412864DDD0EFBA},
      {"Q2_K", 0x02E7A09800B16B27}, {"IQ4_XS", 0x1D16C25390078F14},
  };
  for (const auto& [type, hash] : pinned) {
    EXPECT_EQ(hash_of(make_tiny(folder, type)), hash) << type;
  }
}

TEST(SyntheticModel, TheNumberOfThreadsChangesNothingAndTheSeedAllWeights) {
  const test::TemporaryFolder folder;
  const std::string one = read_file(make_tiny(folder, "Q4_0", 1));
  EXPECT_EQ(one, read_file(make_tiny(folder, "Q4_0", 3)));
  const gguf::File first(make_tiny(folder, "Q4_0", 1));
  const gguf::File second(make_tiny(folder, "Q4_0", 1, 2));
  for (const gguf::TensorInfo& tensor : first.header().tensors) {
    const auto a = first.data(tensor);
    const auto b = second.data(*second.find_tensor(tensor.name));
    EXPECT_FALSE(std::equal(a.begin(), a.end(), b.begin(), b.end())) << tensor.name;
  }
}

TEST(SyntheticModel, ReadsBackAsALlamaOfThePresetsShape) {
  const test::TemporaryFolder folder;
  const gguf::File file(make_tiny(folder, "Q4_K_M"));
  const gguf::Metadata& m = file.metadata();
  EXPECT_EQ(file.header().version, 3U);
  EXPECT_EQ(m.get_string("general.architecture"), "llama");
  EXPECT_EQ(m.get_string("general.name"), "synthetic tiny");
  EXPECT_EQ(m.get_uint("general.file_type"), 15U);
  EXPECT_EQ(m.get_uint("general.quantization_version"), 2U);
  EXPECT_EQ(m.get_uint("llama.context_length"), 2048U);
  EXPECT_EQ(m.get_uint("llama.embedding_length"), 256U);
  EXPECT_EQ(m.get_uint("llama.block_count"), 4U);
  EXPECT_EQ(m.get_uint("llama.feed_forward_length"), 768U);
  EXPECT_EQ(m.get_uint("llama.attention.head_count"), 4U);
  EXPECT_EQ(m.get_uint("llama.attention.head_count_kv"), 2U);
  EXPECT_EQ(m.get_uint("llama.rope.dimension_count"), 64U);
  EXPECT_EQ(m.get_uint("llama.vocab_size"), 512U);
  EXPECT_FLOAT_EQ(static_cast<float>(m.get_float("llama.attention.layer_norm_rms_epsilon")), 1e-5F);
  EXPECT_EQ(m.get_float("llama.rope.freq_base"), 10000.0);

  using Shape = std::vector<std::uint64_t>;
  std::map<std::string, std::pair<Shape, DType>> expected{
      {"token_embd.weight", {{256, 512}, DType::kQ4_K}},
      {"output_norm.weight", {{256}, DType::kF32}},
      {"output.weight", {{256, 512}, DType::kQ6_K}},
  };
  for (int n = 0; n < 4; ++n) {
    const std::string layer = "blk." + std::to_string(n) + ".";
    const DType more =
        n >= 2 ? DType::kQ6_K : DType::kQ4_K;  // every third layer and the last eighth
    expected[layer + "attn_norm.weight"] = {{256}, DType::kF32};
    expected[layer + "attn_q.weight"] = {{256, 256}, DType::kQ4_K};
    expected[layer + "attn_k.weight"] = {{256, 128}, DType::kQ4_K};
    expected[layer + "attn_v.weight"] = {{256, 128}, more};
    expected[layer + "attn_output.weight"] = {{256, 256}, DType::kQ4_K};
    expected[layer + "ffn_norm.weight"] = {{256}, DType::kF32};
    expected[layer + "ffn_gate.weight"] = {{256, 768}, DType::kQ4_K};
    expected[layer + "ffn_up.weight"] = {{256, 768}, DType::kQ4_K};
    expected[layer + "ffn_down.weight"] = {{768, 256}, more};
  }
  EXPECT_EQ(file.header().tensors.size(), expected.size());
  for (const auto& [name, shape_and_type] : expected) {
    const gguf::TensorInfo* tensor = file.find_tensor(name);
    ASSERT_NE(tensor, nullptr) << name;
    EXPECT_EQ(tensor->shape, shape_and_type.first) << name;
    EXPECT_EQ(tensor->dtype, shape_and_type.second) << name;
  }
}

// The variance that synthetic_model.cpp promises, times the inputs of the matrix.
double expected_variance(const std::string& name) {
  const auto is = [&](const char* part) { return name.find(part) != std::string::npos; };
  constexpr double kLayers = 4;
  if (is("token_embd")) return 256;
  if (is("attn_q") || is("attn_k")) return 4;
  if (is("attn_output")) return 4 / kLayers;
  if (is("ffn_down")) return 0.25 / kLayers;
  return 1;
}

TEST(SyntheticModel, WeightsHaveTheVarianceThatKeepsActivationsSane) {
  const test::TemporaryFolder folder;
  for (const char* type : {"F32", "Q4_K_M"}) {
    const gguf::File file(make_tiny(folder, type));
    for (const gguf::TensorInfo& tensor : file.header().tensors) {
      std::vector<float> w(tensor.elements());
      reference::dequantize_row(tensor.dtype)(file.data(tensor).data(), w.data(), w.size());
      if (tensor.name == "output.weight") {
        const auto pieces = w.begin() + 259 * 256;
        EXPECT_THAT(std::vector<float>(w.begin(), pieces), testing::Each(0.0F)) << type;
        w.erase(w.begin(), pieces);
      }
      double sum = 0;
      double squares = 0;
      for (const float x : w) {
        sum += x;
        squares += static_cast<double>(x) * x;
      }
      const auto n = static_cast<double>(w.size());
      if (tensor.shape.size() == 1) {
        EXPECT_NEAR(sum / n, 1.0, 0.05) << tensor.name;
        continue;
      }
      const double variance =
          expected_variance(tensor.name) / static_cast<double>(tensor.row_length());
      EXPECT_NEAR(squares / n / variance, 1.0, 0.05) << type << " " << tensor.name;
      EXPECT_NEAR(sum / n, 0.0, 0.02 * std::sqrt(variance)) << type << " " << tensor.name;
    }
  }
}

TEST(SyntheticModel, TheTokenizerInTheFileWorks) {
  const test::TemporaryFolder folder;
  const gguf::File file(make_tiny(folder, "Q8_0"));
  const auto tokenizer = make_tokenizer(file.metadata());
  EXPECT_EQ(tokenizer->vocab_size(), 512);
  EXPECT_EQ(tokenizer->bos(), 1);
  EXPECT_EQ(tokenizer->eos(), 2);
  const std::vector<TokenId> ids = tokenizer->encode("the cat", true);
  EXPECT_EQ(ids.front(), 1);
  EXPECT_EQ(tokenizer->decode(ids[1]), " the");
}

TEST(SyntheticModel, ProgressRisesToOne) {
  const test::TemporaryFolder folder;
  std::vector<double> seen;
  SyntheticOptions options;
  options.type = "Q4_0";
  options.output = folder / "model.gguf";
  options.progress = [&](double fraction) { seen.push_back(fraction); };
  ThreadPool pool(1);
  write_synthetic_model(options, pool);
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  EXPECT_GT(seen.front(), 0.0);
  EXPECT_EQ(seen.back(), 1.0);
}

TEST(SyntheticModel, BadOptionsAreUsageErrorsAndLeaveNoFile) {
  const test::TemporaryFolder folder;
  ThreadPool pool(1);
  const auto message = [&](const SyntheticOptions& options) {
    try {
      write_synthetic_model(options, pool);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kUsage);
      return error.message();
    }
    return std::string("no error");
  };
  SyntheticOptions options;
  options.output = folder / "model.gguf";
  options.preset = "huge";
  EXPECT_THAT(message(options), testing::HasSubstr("huge"));
  options.preset = "tiny";
  options.type = "Q9_X";
  EXPECT_THAT(message(options), testing::HasSubstr("Q9_X"));
  options.type = "Q4_0";
  options.output = folder / "no such folder" / "model.gguf";
  EXPECT_THAT(message(options), testing::HasSubstr("no such folder"));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace woolly
