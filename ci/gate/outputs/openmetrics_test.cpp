#include "ci/gate/outputs/openmetrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "ci/gate/outputs/test_conclusions.h"

namespace woolly::gate {
namespace {

// Prometheus' own parser; prints what it read as {family: [[labels, value], ...]}.
constexpr const char* kParse =
    "import json, sys\n"
    "from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse\n"
    "print(json.dumps({f.name: [[s.labels, s.value] for s in f.samples]\n"
    "                  for f in parse(open(sys.argv[1], newline='').read())}))\n";

class OpenMetricsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!test::has({test::kPython, "-c", "import prometheus_client.openmetrics.parser"})) {
      GTEST_SKIP() << "python3-prometheus-client is not installed";
    }
  }
  ProcessResult parsed(const std::string& text) {
    return test::validated({test::kPython, "-c", kParse}, text);
  }
};

TEST_F(OpenMetricsTest, PrometheusReadsIt) {
  for (const Conclusion& conclusion :
       {test::regressed_and_unchanged(), test::everything(), test::not_comparable()}) {
    const ProcessResult result = parsed(openmetrics_text(conclusion));
    EXPECT_TRUE(result.ok()) << result.err << openmetrics_text(conclusion);
  }
}

TEST_F(OpenMetricsTest, TheParserCanSayNo) {
  const std::string text = openmetrics_text(test::regressed_and_unchanged());
  EXPECT_FALSE(parsed(text.substr(0, text.size() - 6)).ok());  // without "# EOF"
  EXPECT_FALSE(parsed("# TYPE a info\na 1\n# EOF\n").ok());
}

TEST_F(OpenMetricsTest, ValuesAndLabelsComeBackAsTheyWere) {
  const auto families = nlohmann::json::parse(parsed(openmetrics_text(test::everything())).out);
  EXPECT_EQ(families["woolly_gate"][0][0]["base"], "ref \"<main>\"");
  EXPECT_EQ(families["woolly_gate_exit_code"][0][1], 4);
  EXPECT_EQ(families["woolly_gate_elapsed_seconds"][0][1], 0.125);
  const auto& change = families["woolly_gate_series_change_ratio"];
  EXPECT_EQ(change[0][0]["benchmark"], "kernel \"0\"/<a&b>/größe=1,2:3%");
  EXPECT_NEAR(change[0][1].get<double>(), 1 / 1.1 - 1, 1e-12);
  EXPECT_EQ(change.size(), 7U);  // 8 series, of which one is missing in head
  double set = 0;
  for (const auto& sample : families["woolly_gate_series_state"]) set += sample[1].get<double>();
  EXPECT_EQ(set, 7);  // each judged series is in one state
}

}  // namespace
}  // namespace woolly::gate
