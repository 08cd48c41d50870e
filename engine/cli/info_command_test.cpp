#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "engine/cli/woolly_test_support.h"

namespace woolly {
namespace {

using ::testing::HasSubstr;

TEST(InfoCommand, ShowsMetadataTensorsAndKernels) {
  const test::TinyModel model;
  const ProcessResult r = test::woolly({"info", model.path()});
  ASSERT_EQ(r.exit_code, 0) << r.err;
  EXPECT_THAT(r.out, HasSubstr("llama.embedding_length"));
  EXPECT_THAT(r.out, HasSubstr("string[512]"));
  EXPECT_THAT(r.out,
              ::testing::ContainsRegex(
                  "blk.0.attn_q.weight +Q4_K +256 x 256 +36864 +(panel_matmul/|matmul/blas)"));
}

TEST(InfoCommand, FlagsAndIsaChangeTheKernels) {
  const test::TinyModel model;
  ProcessOptions options;
  options.extra_env = {{"WOOLLY_ISA", "generic"}};
  const ProcessResult r = run_process({std::string(WOOLLY_BIN_DIR) + "/woolly", "info",
                                       model.path(), "--opt", "gemm=reference", "--json"},
                                      options);
  ASSERT_EQ(r.exit_code, 0) << r.err;
  const nlohmann::json json = nlohmann::json::parse(r.out);
  EXPECT_EQ(json.at("isa"), "generic");
  for (const nlohmann::json& tensor : json.at("tensors")) {
    if (tensor.at("name") != "blk.0.attn_q.weight") continue;
    EXPECT_EQ(tensor.at("kernel"), "matmul/reference + dequantize_row/generic");
  }
}

TEST(InfoCommand, RefusesOtherFiles) {
  const ProcessResult r = test::woolly({"info", WOOLLY_SOURCE_DIR "/CMakeLists.txt"});
  EXPECT_EQ(r.exit_code, 2);
  EXPECT_THAT(r.err, HasSubstr("offset 0"));
}

TEST(InfoCommand, ListsTheOptimizationsInForce) {
  const ProcessResult text = test::woolly({"info", "--optimizations", "--opt", "pages=small"});
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_THAT(text.out, ::testing::ContainsRegex("pages +small +huge small"));
  const ProcessResult json = test::woolly({"info", "--optimizations", "--json"});
  nlohmann::json flags;
  for (const nlohmann::json& flag : nlohmann::json::parse(json.out)) flags[flag.at("name")] = flag;
  EXPECT_EQ(flags.at("pages").at("values"), nlohmann::json({"huge", "small"}));
  EXPECT_EQ(flags.at("dequant_cache_mb").at("range"), nlohmann::json({1, 1 << 20}));
  const ProcessResult bad = test::woolly({"info", "--optimizations", "--opt", "pages=tiny"});
  EXPECT_EQ(bad.exit_code, 2);
  EXPECT_THAT(bad.err, ::testing::HasSubstr("one of huge, small"));
  EXPECT_EQ(test::woolly({"info"}).exit_code, 2);
}

}  // namespace
}  // namespace woolly
