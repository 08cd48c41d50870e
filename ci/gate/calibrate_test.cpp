// The built woolly-gate calibrating with fake programs.
#include "ci/gate/calibrate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "baselines/samples/environment.h"
#include "baselines/store/store.h"
#include "ci/gate/test_programs.h"

namespace woolly::gate {
namespace {

using ::testing::HasSubstr;

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
  store::Store database() { return store::Store::open(folder / "woolly.db"); }

  woolly::test::TemporaryFolder folder;
  // Whatever runs the tests, the gate under test is not in GitHub's hands.
  std::vector<std::pair<std::string, std::string>> environment = {{"GITHUB_ACTIONS", ""},
                                                                  {"GITHUB_STEP_SUMMARY", ""}};
};

TEST_F(CalibrateTest, CalibrationStoresEffectsThatWidenTheMargin) {
  const ProcessResult result =
      gate({"calibrate", "--runs", "2", "--head", "same", "-m", "tiny.gguf"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("from 2 A/A runs"));
  const std::string machine = samples::machine_id({{"cpu_model", "fake"}});
  EXPECT_EQ(database().aa_thetas({"e2e/tiny/pp128_tg64_d0", "decode_tps", "t/s"}, machine).size(),
            2u);
  EXPECT_THAT(gate({"--base", "same", "--head", "same", "-m", "tiny.gguf"}).err,
              HasSubstr("measured by A/A runs here"));
}

// Counts up in a file, so that launches differ, and prints t=BASE plus a little.
std::string counting(int base) {
  return "echo x >> n; echo t=$((" + std::to_string(base) + " + $(wc -l < n) % 7))";
}

TEST_F(CalibrateTest, CommandsAreCalibratedToo) {
  const ProcessResult result =
      gate({"calibrate", "--runs", "1", "--a", counting(1000), "--metric", "regex:t=([0-9]+)"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("command cost:t=([0-9]+): margin floor"));
}

}  // namespace
}  // namespace woolly::gate
