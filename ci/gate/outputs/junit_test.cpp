#include "ci/gate/outputs/junit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ci/gate/outputs/test_conclusions.h"

namespace woolly::gate {
namespace {

using ::testing::HasSubstr;

class JunitTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!test::has({"xmllint", "--version"})) GTEST_SKIP() << "xmllint is not installed";
  }
  ProcessResult against_schema(const std::string& text) {
    const std::string schema = std::string(WOOLLY_SOURCE_DIR) + "/ci/gate/outputs/junit.xsd";
    return test::validated({"xmllint", "--noout", "--schema", schema}, text);
  }
  std::string value_at(const std::string& xpath, const std::string& text) {
    std::string value = test::validated({"xmllint", "--xpath", xpath}, text).out;
    while (value.ends_with('\n')) value.pop_back();
    return value;
  }
};

TEST_F(JunitTest, FollowsTheSchema) {
  for (const Conclusion& conclusion :
       {test::regressed_and_unchanged(), test::everything(), test::not_comparable()}) {
    const ProcessResult result = against_schema(junit_xml(conclusion));
    EXPECT_TRUE(result.ok()) << result.err << junit_xml(conclusion);
  }
}

TEST_F(JunitTest, TheSchemaCanSayNo) {
  std::string text = junit_xml(test::regressed_and_unchanged());
  text.replace(text.find("<failure message"), 16, "<failure massage");
  EXPECT_FALSE(against_schema(text).ok());
  EXPECT_FALSE(against_schema("<testsuites>").ok());
}

TEST_F(JunitTest, StatesBecomeWhatCiSystemsShow) {
  const std::string text = junit_xml(test::everything());
  EXPECT_EQ(value_at("string(/testsuites/@tests)", text), "9");  // 7 states, a crash, a gap
  EXPECT_EQ(value_at("count(//testcase)", text), "9");
  EXPECT_EQ(value_at("string(/testsuites/@failures)", text), "1");
  EXPECT_EQ(value_at("count(//failure)", text), "1");
  EXPECT_EQ(value_at("string(//testsuite/@errors)", text), "3");  // crash, FAILED, MISSING
  EXPECT_EQ(value_at("count(//error)", text), "3");
  EXPECT_EQ(value_at("string(//testsuite/@skipped)", text), "3");
  EXPECT_EQ(value_at("count(//skipped)", text), "3");
}

TEST_F(JunitTest, TextsComeBackAsTheyWere) {
  const std::string text = junit_xml(test::everything());
  EXPECT_EQ(value_at("string(//testcase[failure]/@classname)", text),
            "kernel \"0\"/<a&b>/größe=1,2:3%");
  EXPECT_EQ(value_at("string(//property[@name='base']/@value)", text), "ref \"<main>\"");
  EXPECT_THAT(value_at("string(//system-out)", text), HasSubstr("of <cases> & \"quotes\"."));
}

}  // namespace
}  // namespace woolly::gate
