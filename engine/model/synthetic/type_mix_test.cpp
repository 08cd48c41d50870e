#include "engine/model/synthetic/type_mix.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <vector>

#include <woolly/error.h>

#include "engine/base/test_support.h"
#include "engine/gguf/reader.h"

namespace woolly {
namespace {

std::vector<int> layers_with(const TypeMix& mix, MatrixRole role, DType dtype, int layers,
                             int gqa) {
  std::vector<int> found;
  for (int n = 0; n < layers; ++n) {
    if (matrix_type(mix, {role, n, layers, gqa, 256}) == dtype) found.push_back(n);
  }
  return found;
}

TEST(TypeMix, EveryTypeHasANameAndNamesIgnoreCase) {
  for (const DTypeTraits& traits : all_dtypes()) {
    EXPECT_EQ(type_mix(traits.name).base, traits.dtype) << traits.name;
  }
  EXPECT_EQ(&type_mix("q4_k_m"), &type_mix("Q4_K_M"));
}

TEST(TypeMix, AnUnknownNameIsAUsageErrorThatListsTheKnownOnes) {
  try {
    type_mix("Q4_K_XL");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    EXPECT_THAT(error.message(), testing::HasSubstr("Q4_K_XL"));
    EXPECT_THAT(error.hint(), testing::HasSubstr("Q4_K_M"));
  }
}

TEST(TypeMix, Q4KMGivesMoreBitsToTheEndsAndEveryThirdLayer) {
  const TypeMix& mix = type_mix("Q4_K_M");
  const std::vector<int> expected{0, 1, 4, 7, 10, 13, 16, 19, 20, 21};
  EXPECT_EQ(layers_with(mix, MatrixRole::kFfnDown, DType::kQ6_K, 22, 8), expected);
  EXPECT_EQ(layers_with(mix, MatrixRole::kAttentionV, DType::kQ6_K, 22, 8), expected);
  EXPECT_EQ(layers_with(mix, MatrixRole::kAttentionOutput, DType::kQ4_K, 22, 8).size(), 22U);
  EXPECT_EQ(matrix_type(mix, {MatrixRole::kOutput, 0, 22, 8, 2048}), DType::kQ6_K);
  EXPECT_EQ(matrix_type(mix, {MatrixRole::kTokenEmbedding, 0, 22, 8, 2048}), DType::kQ4_K);
}

TEST(TypeMix, SharedKvHeadsGetMoreBits) {
  for (const int gqa : {1, 3, 4, 8}) {
    const MatrixPlace v{MatrixRole::kAttentionV, 5, 32, gqa, 4096};
    EXPECT_EQ(matrix_type(type_mix("Q2_K"), v), gqa >= 4 ? DType::kQ4_K : DType::kQ3_K);
    EXPECT_EQ(matrix_type(type_mix("IQ4_XS"), v), gqa >= 4 ? DType::kQ5_K : DType::kIQ4_XS);
  }
}

TEST(TypeMix, TheOutputOfQuantizedFilesIsQ6KOrQ8) {
  const MatrixPlace output{MatrixRole::kOutput, 0, 4, 1, 256};
  for (const TypeMix& mix : type_mixes()) {
    const DType type = matrix_type(mix, output);
    if (mix.name == "F32" || mix.name == "F16" || mix.name == "BF16" || mix.name == "Q8_0") {
      EXPECT_EQ(type, mix.base) << mix.name;
    } else {
      EXPECT_EQ(type, DType::kQ6_K) << mix.name;
    }
  }
}

TEST(TypeMix, RowsThatAreNoWholeNumberOfBlocksFallBack) {
  const auto at = [](std::string_view name, std::uint64_t length,
                     MatrixRole role = MatrixRole::kOther) {
    return matrix_type(type_mix(name), {role, 9, 32, 1, length});
  };
  EXPECT_EQ(at("Q2_K", 896), DType::kIQ4_NL);
  EXPECT_EQ(at("Q3_K", 896), DType::kIQ4_NL);
  EXPECT_EQ(at("IQ4_XS", 896), DType::kIQ4_NL);
  EXPECT_EQ(at("Q4_K_M", 896), DType::kQ5_0);
  EXPECT_EQ(at("Q5_K", 896), DType::kQ5_1);
  EXPECT_EQ(at("Q6_K", 896), DType::kQ8_0);
  EXPECT_EQ(at("Q4_0", 896), DType::kQ4_0);
  EXPECT_EQ(at("Q4_0", 896, MatrixRole::kOutput), DType::kQ8_0);
  EXPECT_EQ(at("Q4_K", 172), DType::kF16);
  EXPECT_EQ(at("Q8_0", 172), DType::kF16);
  EXPECT_EQ(at("F32", 172), DType::kF32);
}

MatrixRole role_of(const std::string& name) {
  const auto has = [&](const char* part) { return name.find(part) != std::string::npos; };
  if (has("token_embd")) return MatrixRole::kTokenEmbedding;
  if (has("attn_v")) return MatrixRole::kAttentionV;
  if (has("attn_output")) return MatrixRole::kAttentionOutput;
  if (has("ffn_down")) return MatrixRole::kFfnDown;
  if (name == "output.weight") return MatrixRole::kOutput;
  return MatrixRole::kOther;
}

TEST(TypeMix, EveryMatrixOfFilesThatLlamaCppWroteHasTheTypeOfTheRule) {
  if (!test::shared_data("models/wp5m-f32.gguf")) {
    GTEST_SKIP() << "../shared/data/models is not here";
  }
  for (const char* name : {"F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q2_K", "Q3_K_M",
                           "Q4_K_M", "Q5_K_M", "Q6_K", "IQ4_NL", "IQ4_XS"}) {
    const gguf::File file(*test::shared_data(std::string("models/wp5m-") + name + ".gguf"));
    EXPECT_EQ(file.metadata().get_uint("general.file_type"), type_mix(name).file_type) << name;
    for (const gguf::TensorInfo& tensor : file.header().tensors) {
      if (tensor.shape.size() != 2) continue;
      MatrixPlace place{role_of(tensor.name), 0, 6, 2, tensor.row_length()};
      std::sscanf(tensor.name.c_str(), "blk.%d.", &place.layer);
      EXPECT_EQ(matrix_type(type_mix(name), place), tensor.dtype) << name << " " << tensor.name;
    }
  }
}

}  // namespace
}  // namespace woolly
