// The built woolly-gate calibrating with fake programs.
#include "ci/gate/calibrate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "baselines/samples/environment.h"
#include "baselines/store/store.h"
#include "ci/gate/test_checkout.h"
#include "ci/gate/test_programs.h"

namespace woolly::gate {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const store::SeriesKey kDecode{"e2e/tiny/pp128_tg64_d0", "decode_tps", "t/s"};

class CalibrateTest : public ::testing::Test {
 protected:
  CalibrateTest() {
    test::write_bench(folder / "same", 100);
    test::write_model(folder / "tiny.gguf");
  }

  ProcessResult gate(std::vector<std::string> arguments) {
    std::vector<std::string> argv = {std::string(WOOLLY_BIN_DIR) + "/woolly-gate"};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    ProcessOptions options;
    options.cwd = folder.path();
    options.extra_env = environment;
    return run_process(argv, options);
  }
  std::vector<store::AaSample> stored() {
    return database().aa_samples(kDecode, samples::machine_id({{"cpu_model", "fake"}}));
  }
  store::Store database() { return store::Store::open(folder / "woolly.db"); }

  woolly::test::TemporaryFolder folder;
  // Whatever runs the tests, the gate under test is not in GitHub's hands.
  std::vector<std::pair<std::string, std::string>> environment = {
      {"GITHUB_ACTIONS", ""}, {"GITHUB_STEP_SUMMARY", ""}, {"WOOLLY_TEST_NO_CONTROLS", "1"}};
};

TEST_F(CalibrateTest, StoresWhatWidensTheMargin) {
  const ProcessResult result =
      gate({"calibrate", "--runs", "3", "--head", "same", "-m", "tiny.gguf"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("e2e/tiny/pp128_tg64_d0"), HasSubstr("assumed")));
  EXPECT_THAT(result.err, AllOf(HasSubstr("A/A run 3 of 3"), HasSubstr("no git checkout"),
                                HasSubstr("layout floor stays the assumed 1 %")));
  const auto samples = stored();
  ASSERT_EQ(samples.size(), 3u);
  EXPECT_GE(samples[0].pairs, 5) << "of ten blocks, those that nothing disturbed";
  EXPECT_GT(samples[0].spread.value_or(0), 0);
  EXPECT_EQ(samples[0].layout, "");
  EXPECT_THAT(gate({"--base", "same", "--head", "same", "-m", "tiny.gguf"}).err,
              HasSubstr("measured by A/A runs here"));
}

TEST_F(CalibrateTest, RelinksTheCommitOfACheckout) {
  const test::TestCheckout checkout(folder / "repo", read_file(folder / "same/woolly-bench"));
  const auto head = checkout.path / "build/release/bin";
  std::filesystem::create_directories(head);
  std::filesystem::copy(folder / "same", head);
  const ProcessResult result = gate(
      {"calibrate", "--runs", "3", "--relinked", "3", "--head", head.string(), "-m", "tiny.gguf"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, AllOf(HasSubstr("relinked is HEAD"), HasSubstr("A/A' run of layout 3")));
  EXPECT_THAT(result.out, Not(HasSubstr("assumed")));
  const auto samples = stored();
  ASSERT_EQ(samples.size(), 6u);
  EXPECT_EQ(samples[5].layout, "3");
  EXPECT_EQ(samples[5].commit, checkout.head());
}

TEST_F(CalibrateTest, RelinkingThatWasAskedForAndCannotBeIsTwo) {
  const std::vector<std::string> asked = {"calibrate", "--relinked", "3",        "--head",
                                          "same",      "-m",         "tiny.gguf"};
  const ProcessResult result = gate(asked);
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("--relinked 3: "));
  EXPECT_EQ(gate({"calibrate", "--relinked", "3", "--a", "true"}).exit_code, 2);
  EXPECT_TRUE(stored().empty());
}

TEST_F(CalibrateTest, ExpiresWhenTheMachineChanges) {
  database().add_aa({{kDecode, 0.5}}, {{"cpu_model", "fake"}, {"kernel", "of before"}});
  const ProcessResult result = gate({"--base", "same", "--head", "same", "-m", "tiny.gguf"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("has expired and is not used: kernel was of before"));
  EXPECT_THAT(result.err, HasSubstr("assumed"));
}

// Counts up in a file, so that launches differ, and prints t=BASE plus a little.
std::string counting(int base) {
  return "echo x >> n; echo t=$((" + std::to_string(base) + " + $(wc -l < n) % 7))";
}

TEST_F(CalibrateTest, CommandsAreCalibratedToo) {
  const ProcessResult result =
      gate({"calibrate", "--runs", "1", "--a", counting(1000), "--metric", "regex:t=([0-9]+)"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("cost:t=([0-9]+)"));
}

}  // namespace
}  // namespace woolly::gate
