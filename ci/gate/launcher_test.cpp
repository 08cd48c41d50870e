#include "ci/gate/launcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <woolly/error.h>

#include "ci/gate/test_programs.h"
#include "engine/base/file.h"

namespace woolly::gate {
namespace {

using ::testing::HasSubstr;

class LauncherTest : public ::testing::Test {
 protected:
  void head_script(const std::string& body) {
    test::write_script(folder / "head/woolly-bench", body);
  }
  Launch launch_head(int padding = 0) {
    return ProcessLauncher(folder / "base", folder / "head").launch(subject, Arm::kHead, padding);
  }

  woolly::test::TemporaryFolder folder;
  Subject subject{"tiny", "woolly-bench", {"-m", "a b.gguf"}};
};

TEST_F(LauncherTest, ReadsWhatALaunchPrints) {
  head_script("printf '%s' '" + test::launch_json("123.5") + "'");
  const Launch launch = launch_head();
  EXPECT_EQ(launch.failure, "");
  ASSERT_EQ(launch.record.results.size(), 1u);
  EXPECT_EQ(launch.record.results[0].samples[0], 123.5);
  EXPECT_GT(launch.wall_s, 0);
}

TEST_F(LauncherTest, PassesArgumentsAndPadding) {
  head_script("echo \"$1,$2,${#WOOLLY_GATE_PADDING}\" >&2; exit 7");
  EXPECT_THAT(launch_head(321).failure, HasSubstr("exit code 7: -m,a b.gguf,321"));
}

TEST_F(LauncherTest, AnArmMayHaveArgumentsOfItsOwn) {
  const std::string tell = "echo \"$*\" >&2; exit 7";
  head_script(tell);
  test::write_script(folder / "base/woolly-bench", tell);
  subject.base_arguments = {"--opt", "x=1"};
  subject.head_arguments = {"--opt", "x=2"};
  ProcessLauncher launcher(folder / "base", folder / "head");
  EXPECT_THAT(launcher.launch(subject, Arm::kBase, 0).failure, HasSubstr("-m a b.gguf --opt x=1"));
  EXPECT_THAT(launcher.launch(subject, Arm::kSame, 0).failure, HasSubstr("-m a b.gguf --opt x=1"));
  EXPECT_THAT(launcher.launch(subject, Arm::kHead, 0).failure, HasSubstr("-m a b.gguf --opt x=2"));
}

TEST_F(LauncherTest, AFailureNamesProgramCodeAndLastWords) {
  head_script("echo 'wrong answer' >&2; exit 4");
  const Launch launch = launch_head();
  EXPECT_THAT(launch.failure, HasSubstr("head/woolly-bench: exit code 4: wrong answer"));
  EXPECT_FALSE(launch.refused);
  head_script("exit 2");
  EXPECT_TRUE(launch_head().refused);
  head_script("kill -SEGV $$");
  EXPECT_THAT(launch_head().failure, HasSubstr("signal 11"));
}

TEST_F(LauncherTest, OutputThatIsNoRecordIsAFailure) {
  head_script("echo hello");
  EXPECT_THAT(launch_head().failure, HasSubstr("not JSON"));
  head_script("echo '{\"results\": 3}'");
  EXPECT_NE(launch_head().failure, "");
}

TEST_F(LauncherTest, OurProgramsSlowThemselvesDown) {
  test::write_script(folder / "base/woolly-micro", "echo \"$*\" >&2; exit 7");
  ProcessLauncher launcher(folder / "base", folder / "base");
  launcher.slowdown = 0.25;
  const Subject micro{"m", "woolly-micro", {"--json"}};
  EXPECT_THAT(launcher.launch(micro, Arm::kSlowed, 0).failure, HasSubstr("--json --slowdown 0.25"));
  EXPECT_THAT(launcher.launch(micro, Arm::kSame, 0).failure, HasSubstr("exit code 7: --json"));
}

TEST_F(LauncherTest, LaunchesInTurnsNeverWorkAtOnce) {
  // Each turn appends a letter twice; between the two nobody else may have written.
  const std::string turns =
      "for turn in 1 2 3 4 5; do printf . >&0; head -c 1 >/dev/null; "
      "printf \"$letter\" >>\"$ORDER\"; sleep 0.01; printf \"$letter\" >>\"$ORDER\"; done; ";
  const std::string json = "printf '%s' '" + test::launch_json("1") + "'";
  test::write_script(folder / "base/woolly-bench", "letter=b; " + turns + json);
  test::write_script(folder / "head/woolly-bench", "letter=h; " + turns + json);
  const std::string order_file = (folder / "order").string();
  ::setenv("ORDER", order_file.c_str(), 1);
  ProcessLauncher launcher(folder / "base", folder / "head");
  constexpr Start kStarts[] = {{Arm::kHead, 0}, {Arm::kBase, 7}};
  const std::vector<Launch> launches = launcher.launch_in_turns(subject, kStarts, 3);
  ::unsetenv("ORDER");
  ASSERT_EQ(launches.size(), 2u);
  for (const Launch& launch : launches) EXPECT_EQ(launch.failure, "");
  const std::string order = read_file(order_file);
  ASSERT_EQ(order.size(), 20u);
  for (std::size_t i = 0; i < order.size(); i += 2) EXPECT_EQ(order[i], order[i + 1]) << order;
  for (std::size_t i = 0; i < order.size(); i += 4) EXPECT_NE(order[i], order[i + 2]) << order;
  EXPECT_EQ(order.find("bbhhbbhhbbhhbbhhbbhh"), std::string::npos) << "always the same order";
}

TEST_F(LauncherTest, WhatCannotTakeTurnsRefusesOrFails) {
  test::write_script(folder / "base/woolly-bench",
                     "for a in \"$@\"; do [ \"$a\" = --in-turns ] && exit 2; done");
  head_script("kill -SEGV $$");
  ProcessLauncher launcher(folder / "base", folder / "head");
  constexpr Start kStarts[] = {{Arm::kBase, 0}, {Arm::kHead, 0}};
  const std::vector<Launch> launches = launcher.launch_in_turns(subject, kStarts, 1);
  ASSERT_EQ(launches.size(), 2u);
  EXPECT_TRUE(launches[0].refused);
  EXPECT_THAT(launches[1].failure, HasSubstr("signal 11"));
}

TEST_F(LauncherTest, MicroBenchmarksInTurnsShareACpu) {
  test::write_script(folder / "base/woolly-micro", "echo \"$*\" >&2; exit 7");
  ProcessLauncher launcher(folder / "base", folder / "base");
  const Subject micro{"m", "woolly-micro", {"--json"}, true};
  constexpr Start kStarts[] = {{Arm::kBase, 0}, {Arm::kSame, 0}};
  const std::vector<Launch> launches = launcher.launch_in_turns(micro, kStarts, 5);
  EXPECT_THAT(launches[0].failure, HasSubstr("--json --in-turns --cpu "));
  EXPECT_EQ(launches[0].failure, launches[1].failure);
}

TEST_F(LauncherTest, BothArmsSeePathsOfOneLength) {
  const std::string tell = "echo \"$0\" >&2; exit 7";
  test::write_script(folder / "base/woolly-bench", tell);
  test::write_script(folder / "a much longer name/woolly-bench", tell);
  ProcessLauncher launcher(folder / "base", folder / "a much longer name");
  const auto path_of = [&](Arm arm) {
    const std::string failure = launcher.launch(subject, arm, 0).failure;
    return failure.substr(failure.rfind(": ") + 2);
  };
  EXPECT_EQ(path_of(Arm::kBase).size(), path_of(Arm::kHead).size());
  EXPECT_NE(path_of(Arm::kBase), path_of(Arm::kHead));
  EXPECT_EQ(path_of(Arm::kSame), path_of(Arm::kBase));
}

TEST_F(LauncherTest, AFolderWithoutTheProgramIsNamed) {
  head_script("exit 0");
  const ProcessLauncher launcher(folder / "base", folder / "head");
  EXPECT_NO_THROW(launcher.require(subject, Arm::kHead));
  try {
    launcher.require(subject, Arm::kBase);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    EXPECT_THAT(error.message(), HasSubstr("base: no woolly-bench in"));
  }
}

}  // namespace
}  // namespace woolly::gate
