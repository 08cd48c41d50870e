#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "engine/base/cpu_features.h"
#include "engine/base/file.h"
#include "engine/cli/woolly_test_support.h"

namespace woolly {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class InfoKernels : public ::testing::Test {
 protected:
  ProcessResult woolly(std::vector<std::string> arguments) const {
    ProcessOptions options;
    options.extra_env = {{"XDG_CACHE_HOME", (folder_.path()).string()}};
    arguments.insert(arguments.begin(), std::string(WOOLLY_BIN_DIR) + "/woolly");
    return run_process(arguments, options);
  }
  nlohmann::json kernels() const {
    const ProcessResult r = woolly({"info", "--kernels", "--json"});
    EXPECT_EQ(r.exit_code, 0) << r.err;
    return nlohmann::json::parse(r.out);
  }
  std::string run(std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments{"run", "-m", model_.path(), "-p", "once",
                                       "-n",  "4",  "--temp",      "0",  "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const ProcessResult r = woolly(arguments);
    EXPECT_EQ(r.exit_code, 0) << r.err;
    const nlohmann::json json = nlohmann::json::parse(r.out);
    text_ = json.at("text").get<std::string>();
    return json.at("tuning").get<std::string>();
  }

  test::TemporaryFolder folder_;
  test::TinyModel model_;
  mutable std::string text_;
};

TEST_F(InfoKernels, TellsWhatTheFirstRunMeasured) {
  EXPECT_THAT(kernels().at("status").get<std::string>(), StartsWith("nothing is measured"));
  if (!detect_cpu_features().avx2) {  // no direct products
    EXPECT_EQ(run(), "off");
    return;
  }
  EXPECT_EQ(run(), "measured");
  const std::string text = text_;
  EXPECT_EQ(run(), "loaded");
  EXPECT_EQ(text_, text);
  EXPECT_EQ(run({"--no-autotune"}), "off");
  EXPECT_EQ(text_, text);
  const nlohmann::json json = kernels();
  EXPECT_EQ(json.at("status"), "in use");
  EXPECT_EQ(json.at("products").size(), 2U);  // Q4_K and Q6_K
  EXPECT_THAT(woolly({"info", "--kernels"}).out, HasSubstr("| Q4_K |"));
}

TEST_F(InfoKernels, RefusesAnotherProcessorsFileAndReplacesIt) {
  const std::string file = kernels().at("file");
  std::filesystem::create_directories(std::filesystem::path(file).parent_path());
  write_file_atomically(file, R"({"format": 1, "cpu": "another", "build": "any", "products": []})");
  EXPECT_THAT(kernels().at("status").get<std::string>(),
              HasSubstr("measured on another processor (another)"));
  if (!detect_cpu_features().avx2) return;  // no direct products: nothing replaces it
  EXPECT_EQ(run(), "measured");
  EXPECT_EQ(kernels().at("status"), "in use");
}

}  // namespace
}  // namespace woolly
