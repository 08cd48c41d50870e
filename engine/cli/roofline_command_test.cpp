#include "engine/cli/roofline_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <woolly/error.h>

namespace woolly::cli {
namespace {

using ::testing::HasSubstr;

Roofline example() {
  return {.read_gbps = 34.25,
          .f32_gflops = 180,
          .int8_gops = 720,
          .bf16_gflops = 360,
          .bandwidth = {{"4k", 1, 11.5}, {"huge", 2, 34.25}},
          .peaks = {{"avx2", "f32", 2, 180}, {"avx512vnni", "int8", 2, 720}}};
}

// What `action` is after parsing; the error's name when parsing fails.
std::function<int()> parse(const std::string& line) {
  CLI::App app;
  std::function<int()> action;
  add_roofline_command(app, action);
  app.parse(line);
  return action;
}

TEST(RooflineCommand, JsonHasTheDocumentedFields) {
  const auto json = nlohmann::json::parse(roofline_json(example()));
  EXPECT_EQ(json["read_gbps"], 34.25);
  EXPECT_EQ(json["f32_gflops"], 180);
  EXPECT_EQ(json["int8_gops"], 720);
  EXPECT_EQ(json["bf16_gflops"], 360);
  EXPECT_EQ(json["bandwidth"][1],
            (nlohmann::json{{"pages", "huge"}, {"threads", 2}, {"gbps", 34.25}}));
  EXPECT_EQ(json["peaks"][0],
            (nlohmann::json{{"isa", "avx2"}, {"kind", "f32"}, {"threads", 2}, {"giga_ops", 180}}));
}

TEST(RooflineCommand, TableNamesEveryPointAndTheRoofs) {
  const std::string table = roofline_table(example());
  for (const char* part : {"4k", "11.5", "huge", "avx512vnni", "roofs: read 34.2 GB/s"}) {
    EXPECT_THAT(table, HasSubstr(part));
  }
}

TEST(RooflineCommand, MeasuresAndPrintsJson) {
  const auto action = parse("roofline --json -t 1 --seconds 0.001 --size-mb 1");
  ASSERT_TRUE(action);
  ::testing::internal::CaptureStdout();
  EXPECT_EQ(action(), 0);
  const auto json = nlohmann::json::parse(::testing::internal::GetCapturedStdout());
  EXPECT_GT(json["read_gbps"], 0);
}

TEST(RooflineCommand, BadArgumentsAreRefused) {
  EXPECT_THROW(parse("roofline --threads 0"), CLI::ParseError);
  EXPECT_THROW(parse("roofline --seconds -1"), CLI::ParseError);
  EXPECT_THROW(parse("roofline --size-mb 0"), CLI::ParseError);
  EXPECT_THROW(parse("roofline --size-mb many"), CLI::ParseError);
  const auto too_big = parse("roofline --size-mb 1000000");
  EXPECT_THROW(too_big(), Error);
}

}  // namespace
}  // namespace woolly::cli
