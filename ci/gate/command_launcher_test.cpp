#include "ci/gate/command_launcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <woolly/error.h>

#include "ci/gate/metrics.h"

namespace woolly::gate {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Subject kSubject{"command", "", {}};

Launch run(const std::string& command, const std::vector<std::string>& metrics = {"wall"}) {
  Commands commands{"exit 9", command, "command", {}};
  for (const std::string& metric : metrics) {
    commands.metrics.push_back(parse_command_metric(metric, false));
  }
  return CommandLauncher(commands).launch(kSubject, Arm::kHead, 17);
}

TEST(CommandMetric, NamesTellWhichWayIsBetter) {
  EXPECT_EQ(parse_command_metric("wall", true).name, "wall_ms");
  EXPECT_EQ(parse_command_metric("rss", false).name, "max_rss_bytes");
  const CommandMetric cost = parse_command_metric("regex:t=([0-9]+)", false);
  EXPECT_EQ(cost.name, "cost:t=([0-9]+)");
  EXPECT_EQ(worse_sign(cost.name, cost.unit), 1);
  const CommandMetric score = parse_command_metric("regex:t=([0-9]+)", true);
  EXPECT_EQ(worse_sign(score.name, score.unit), -1);
  for (const CommandMetric& metric :
       {parse_command_metric("wall", false), parse_command_metric("rss", false), cost, score}) {
    EXPECT_EQ(metric_rule(metric.name).use, Use::kJudged) << metric.name;
    EXPECT_NO_THROW(worse_sign(metric.name, metric.unit));
  }
}

TEST(CommandMetric, AnythingElseIsRefused) {
  for (const char* text : {"", "cpu", "regex", "regex:", "regex:("}) {
    EXPECT_THROW(parse_command_metric(text, false), Error) << text;
  }
}

TEST(CommandValues, TheFirstGroupOrTheWholeMatchOfEveryMatch) {
  EXPECT_THAT(values_in("a 1\nt=2.5 t=3e1\nt=x", std::regex("t=([0-9.e]+)")), ElementsAre(2.5, 30));
  EXPECT_THAT(values_in("7 8", std::regex("[0-9]")), ElementsAre(7, 8));
  EXPECT_THAT(values_in("", std::regex("[0-9]")), ElementsAre());
}

TEST(CommandValues, AMatchThatIsNoNumberIsAFailure) {
  EXPECT_THROW(values_in("time: soon", std::regex("time: (.*)")), Error);
  EXPECT_THROW(values_in("x", std::regex("x(y)?")), Error);
  EXPECT_THROW(values_in("1e999", std::regex(".+")), Error);
}

TEST(CommandValues, HugeLinesAreSkippedNotFatal) {
  const std::string huge = std::string(1 << 20, '1') + "\n5\n";
  EXPECT_THAT(values_in(huge, std::regex("([0-9]+)")), ElementsAre(5));
}

TEST(CommandLauncher, NamesThatCannotBeStoredAreRefused) {
  const auto refused = [](const std::string& name, const std::vector<std::string>& metrics) {
    Commands commands{"true", "true", name, {}};
    for (const std::string& metric : metrics) {
      commands.metrics.push_back(parse_command_metric(metric, false));
    }
    EXPECT_THROW(CommandLauncher{commands}, Error) << name << metrics.front();
  };
  refused("", {"wall"});
  refused("a\nb", {"wall"});
  refused("a\xff", {"wall"});
  refused("a", {"regex:a\tb"});
  refused("a", {"wall", "rss", "wall"});
}

TEST(CommandLauncher, MeasuresWhatIsAskedOfTheArm) {
  const Launch launch =
      run("echo t=5; echo t=6 >&2; head -c 300000000 /dev/zero | tail -c 250000000"
          " >/dev/null",
          {"wall", "rss", "regex:t=([0-9]+)"});
  ASSERT_EQ(launch.failure, "");
  ASSERT_EQ(launch.record.results.size(), 3U);
  EXPECT_GT(launch.record.results[0].samples[0], 0);
  EXPECT_GT(launch.record.results[1].samples[0], 250e6);  // tail keeps what it will print
  EXPECT_THAT(launch.record.results[2].samples, ElementsAre(5, 6));
  EXPECT_EQ(launch.record.results[2].benchmark, "command");
  EXPECT_NO_THROW(samples::validate(launch.record, "launch"));
}

TEST(CommandLauncher, ThePaddingIsInTheEnvironment) {
  EXPECT_THAT(run("echo n=${#WOOLLY_GATE_PADDING}", {"regex:n=(.+)"}).record.results[0].samples,
              ElementsAre(17));
}

TEST(CommandLauncher, AFailureQuotesTheLastLines) {
  EXPECT_THAT(run("echo fine; echo 'no luck' >&2; exit 2").failure,
              AllOf(HasSubstr("exit code 2: no luck"), HasSubstr("exit 2`")));
  EXPECT_FALSE(run("exit 2").refused);  // another program's 2 says nothing about our usage
  EXPECT_THAT(run("echo only here; exit 3").failure, HasSubstr("exit code 3: only here"));
  EXPECT_THAT(run("kill -SEGV $$").failure, HasSubstr("signal 11"));
  EXPECT_THAT(run("./no-such-program").failure, HasSubstr("exit code 127"));
}

TEST(CommandLauncher, APatternThatFindsNothingIsAFailure) {
  EXPECT_THAT(run("echo hello", {"regex:t=([0-9]+)"}).failure,
              AllOf(HasSubstr("is not in its output"), HasSubstr("hello")));
}

TEST(CommandLauncher, MemoryBelowTheGatesOwnIsRefused) {
  const Launch launch = run("true", {"rss"});
  EXPECT_TRUE(launch.refused);
  EXPECT_THAT(launch.failure, HasSubstr("the gate's own"));
}

}  // namespace
}  // namespace woolly::gate
