#include "ci/gate/subject.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace woolly::gate {
namespace {

using ::testing::ElementsAre;

TEST(Subject, ABenchLaunchIsOneLaunchWithoutExtras) {
  const Subject subject = bench_subject({"models/a.gguf"}, {512, 32, 7});
  EXPECT_EQ(subject.name, "a.gguf");
  EXPECT_EQ(subject.program, "woolly-bench");
  EXPECT_THAT(subject.arguments,
              ElementsAre("-m", "models/a.gguf", "--pp", "512", "--tg", "32", "--depth", "7",
                          "--launches", "1", "--no-cold", "--no-roof", "--json"));
}

TEST(Subject, AScenarioKeepsItsOwnSizes) {
  const Subject subject = scenario_subject("e2e/scenarios/quick.json", {"a.gguf", "b.gguf"});
  EXPECT_EQ(subject.name, "scenario quick.json");
  EXPECT_THAT(subject.arguments,
              ElementsAre("--scenario", "e2e/scenarios/quick.json", "-m", "a.gguf", "-m", "b.gguf",
                          "--launches", "1", "--no-cold", "--no-roof", "--json"));
}

TEST(Subject, MicroBenchmarksByFilter) {
  const Subject subject = micro_subject("matmul/.*");
  EXPECT_EQ(subject.program, "woolly-micro");
  EXPECT_THAT(subject.arguments, ElementsAre("--filter", "matmul/.*", "--no-roof", "--json",
                                             "--repetitions", "3", "--min-time", "0.002"));
}

TEST(Subject, OnlyMicroBenchmarksCanBeCut) {
  const auto cut = narrowed(micro_subject("matmul"), "matmul/Q4_K/a.b/m1");
  ASSERT_TRUE(cut);
  EXPECT_EQ(cut->name, "matmul/Q4_K/a.b/m1");
  EXPECT_EQ(cut->arguments[1], "^matmul/Q4_K/a\\.b/m1$");
  EXPECT_FALSE(narrowed(bench_subject({"a.gguf"}, {}), "e2e/a"));
}

}  // namespace
}  // namespace woolly::gate
