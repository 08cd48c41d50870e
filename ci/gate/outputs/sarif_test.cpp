#include "ci/gate/outputs/sarif.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "ci/gate/outputs/test_conclusions.h"

namespace woolly::gate {
namespace {

constexpr const char* kValidate =
    "import json, sys, jsonschema\n"
    "schema = json.load(open(sys.argv[1]))\n"
    "jsonschema.Draft7Validator.check_schema(schema)\n"
    "jsonschema.validate(json.load(open(sys.argv[2])), schema, jsonschema.Draft7Validator)\n";

class SarifTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!test::has({test::kPython, "-c", "import jsonschema"})) {
      GTEST_SKIP() << "python3-jsonschema is not installed";
    }
  }
  ProcessResult against_schema(const nlohmann::ordered_json& document) {
    const std::string schema =
        std::string(WOOLLY_SOURCE_DIR) + "/ci/gate/outputs/sarif.schema.json";
    return test::validated({test::kPython, "-c", kValidate, schema}, document.dump());
  }
};

TEST_F(SarifTest, FollowsTheSchema) {
  for (const Conclusion& conclusion :
       {test::regressed_and_unchanged(), test::everything(), test::not_comparable()}) {
    const ProcessResult result = against_schema(sarif_document(conclusion));
    EXPECT_TRUE(result.ok()) << result.err;
  }
}

TEST_F(SarifTest, TheSchemaCanSayNo) {
  auto document = sarif_document(test::regressed_and_unchanged());
  document["runs"][0]["results"][0]["level"] = "fatal";
  EXPECT_FALSE(against_schema(document).ok());
  document = sarif_document(test::regressed_and_unchanged());
  document["runs"][0]["results"][0].erase("message");
  EXPECT_FALSE(against_schema(document).ok());
}

TEST(SarifDocument, AResultPerFindingWithItsRule) {
  const auto document = sarif_document(test::everything());
  const auto& run = document["runs"][0];
  ASSERT_EQ(run["results"].size(), 8U);
  std::set<std::string> fingerprints;
  for (const auto& result : run["results"]) {
    const auto& rule = run["tool"]["driver"]["rules"][result["ruleIndex"].get<std::size_t>()];
    EXPECT_EQ(rule["id"], result["ruleId"]);
    EXPECT_EQ(rule["defaultConfiguration"]["level"], result["level"]);
    fingerprints.insert(result["partialFingerprints"]["series/v1"].get<std::string>());
  }
  EXPECT_EQ(fingerprints.size(), 8U);
  EXPECT_EQ(run["invocations"][0]["exitCode"], 4);
}

TEST(SarifDocument, NamesBecomeUris) {
  const auto document = sarif_document(test::everything());
  // "kernel "0"/<a&b>/größe=1,2:3%", RFC 3986 by hand
  EXPECT_EQ(document["runs"][0]["results"][3]["locations"][0]["physicalLocation"]
                    ["artifactLocation"]["uri"],
            "kernel%20%220%22/%3Ca%26b%3E/gr%C3%B6%C3%9Fe%3D1%2C2%3A3%25");
}

}  // namespace
}  // namespace woolly::gate
