#include "reports/html/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace woolly::reports {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(ScriptSafe, NothingCanEndTheElement) {
  const std::string name = "</script><!--<script>&amp;]]>";
  const std::string text = script_safe(nlohmann::ordered_json{{"name", name}, {name, 1}});
  for (const char* forbidden : {"<", ">", "&"}) EXPECT_THAT(text, Not(HasSubstr(forbidden)));
  const auto parsed = nlohmann::ordered_json::parse(text);
  EXPECT_EQ(parsed["name"], name);
  EXPECT_EQ(parsed[name], 1);
}

TEST(ScriptSafe, IsAsciiAndTakesInvalidUtf8) {
  const std::string text =
      script_safe(nlohmann::ordered_json{"µs \xe2\x80\xa8 \xff", std::string("\0", 1)});
  for (const char c : text) EXPECT_TRUE(c >= ' ' && c <= '~');
  const auto parsed = nlohmann::ordered_json::parse(text);
  EXPECT_EQ(parsed[0], "µs \xe2\x80\xa8 \xef\xbf\xbd");
  EXPECT_EQ(parsed[1], std::string("\0", 1));
}

SeriesView one_series() {
  SeriesView series{};
  series.key = {"a", "time_ns", "ns"};
  series.direction = Direction::kLowerIsBetter;
  series.history = {{0, {3, 2.123456789, 1, 3, 1.5, 2.5, 1, 3}}};
  series.drawn = {{0, 1}, {1, 2}, {2, 3}};
  series.grid = {1, 1, 2};
  series.bin_counts = {1, 2};
  return series;
}

TEST(ReportJson, CarriesASeries) {
  ReportData data{};
  data.runs = {{{1, "p", "2026-01-01T00:00:00Z", "m", "c0ffee", true, 1, 3}, 0}};
  data.environments = {{{{"kernel", "6.1"}}}};
  data.series = {one_series()};
  const auto json = to_json(data);
  EXPECT_EQ(json["runs"][0]["commit"], "c0ffee");
  EXPECT_EQ(json["environments"][0]["kernel"], "6.1");
  EXPECT_TRUE(json["gate"].is_null());
  const auto& series = json["series"][0];
  EXPECT_EQ(series["better"], "lower");
  EXPECT_EQ(series["latest"]["median"], 2.123457) << "7 significant digits";
  EXPECT_EQ(series["history"]["run"], nlohmann::ordered_json::array({0}));
  EXPECT_FALSE(series["drawn"].contains("launch")) << "it only counts up";
  EXPECT_FALSE(series.contains("baseline"));
}

TEST(ReportJson, AnAcceptedRegressionIsCalledThat) {
  ReportData data{};
  const store::SeriesKey key{"a", "time_ns", "ns"};
  data.gate = {"2026-01-01T00:00:00Z",
               "main",
               "bin",
               0,
               {{key, "REGRESSED", 0.1, 0.08, 0.12, 0.03, 20, 7},
                {key, "REGRESSED", 0.1, 0.08, 0.12, 0.03, 20}}};
  const auto json = to_json(data);
  EXPECT_EQ(json["gate"]["verdicts"][0]["state"], "ACCEPTED");
  EXPECT_EQ(json["gate"]["verdicts"][1]["state"], "REGRESSED");
}

TEST(ReportJson, KeepsLaunchNumbersOfThinnedSamples) {
  ReportData data{};
  data.series = {one_series()};
  data.series[0].drawn = {{0, 1}, {7, 2}};
  const auto json = to_json(data);
  EXPECT_EQ(json["series"][0]["drawn"]["launch"], nlohmann::ordered_json::array({0, 7}));
}

TEST(ReportJson, AChangeWithoutIntervalHasNulls) {
  ReportData data{};
  data.series = {one_series()};
  BaselineView baseline{};
  baseline.summary = data.series[0].latest().summary;
  baseline.change = Change{1.25, std::nullopt, std::nullopt};
  data.series[0].baseline = baseline;
  const auto json = to_json(data);
  const auto& change = json["series"][0]["baseline"]["change"];
  EXPECT_EQ(change["ratio"], 1.25);
  EXPECT_TRUE(change["low"].is_null());
}

TEST(ReportJson, ListsFieldsThatOnlyAProducerKnows) {
  ReportData data{};
  data.latest_runs = {{0, {{"kernel", "6.1"}, {"opt.gemm", "blas"}}}};
  const auto fields = to_json(data)["fields"];
  int found = 0;
  for (const auto& field : fields)
    found += field["name"] == "opt.gemm" || field["name"] == "kernel";
  EXPECT_EQ(found, 2);
  EXPECT_EQ(fields.back()["name"], "opt.gemm");
  EXPECT_EQ(fields.back()["role"], "contract");
}

}  // namespace
}  // namespace woolly::reports
