// The built woolly-gate, killed at random moments: no finished launch is lost, the database opens.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <random>
#include <thread>

#include "baselines/store/connection.h"
#include "ci/gate/test_programs.h"

namespace woolly::gate {
namespace {

constexpr int kKills = 200;
constexpr int kLongestLifeMs = 120;  // start, warm-up and some twenty launches

class KillTest : public ::testing::Test {
 protected:
  KillTest() {
    // A launch leaves a line when it starts. The gate starts the next block after it stored the
    // last.
    // Each round has a file: the launch that a kill orphans may leave its line late.
    test::write_script(folder / "bin" / "woolly-bench",
                       "echo started >>" + (folder / "starts").string() + "$WOOLLY_KILL_ROUND" +
                           "\nprintf '%s\\n' '" + test::launch_json("100") + "'");
    test::write_model(folder / "tiny.gguf");
  }

  pid_t start_gate(int round) {
    const std::string program = std::string(WOOLLY_BIN_DIR) + "/woolly-gate";
    const pid_t pid = ::fork();
    if (pid != 0) return pid;
    ::setenv("WOOLLY_KILL_ROUND", std::to_string(round).c_str(), 1);
    ::setenv("WOOLLY_TEST_NO_CONTROLS", "1", 1);
    if (::chdir(folder.path().c_str()) != 0 || ::freopen("/dev/null", "w", stdout) == nullptr ||
        ::freopen("/dev/null", "w", stderr) == nullptr) {
      ::_exit(126);
    }
    ::execl(program.c_str(), program.c_str(), "--base", "bin", "--head", "bin", "-m", "tiny.gguf",
            static_cast<char*>(nullptr));
    ::_exit(127);
  }

  int starts(int round) {
    const std::filesystem::path file = folder / ("starts" + std::to_string(round));
    const std::string text = std::filesystem::exists(file) ? read_file(file) : std::string();
    return static_cast<int>(std::count(text.begin(), text.end(), '\n'));
  }

  woolly::test::TemporaryFolder folder;
};

TEST_F(KillTest, LosesNoFinishedLaunchAndLeavesADatabaseThatOpens) {
  std::mt19937 random(1);
  std::uniform_int_distribution<int> life_us(0, kLongestLifeMs * 1000);
  int kills_while_measuring = 0;
  for (int kill = 0; kill < kKills; ++kill) {
    const pid_t gate = start_gate(kill);
    ASSERT_GT(gate, 0);
    std::this_thread::sleep_for(std::chrono::microseconds(life_us(random)));
    ::kill(gate, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(gate, &status, 0), gate);
    if (WIFEXITED(status)) {
      ASSERT_EQ(WEXITSTATUS(status), 0) << "it had ended before";
    }
    // The launches that were running, two where they take turns, end by themselves; they are the
    // only ones that may be missing.
    const int started = starts(kill);
    if (started == 0) continue;
    ++kills_while_measuring;
    SQLite::Database database =
        store::open_database(folder / "woolly.db", store::OpenMode::kExisting);
    ASSERT_EQ(database.execAndGet("PRAGMA integrity_check").getString(), "ok");
    const int stored = database
                           .execAndGet(
                               "SELECT count(*) FROM gate_launch WHERE session_id = "
                               "(SELECT max(id) FROM gate_session)")
                           .getInt();
    const int values =
        database
            .execAndGet(
                "SELECT count(*) FROM gate_value JOIN gate_launch ON gate_launch.id = "
                "launch_id WHERE session_id = (SELECT max(id) FROM gate_session)")
            .getInt();
    ASSERT_GE(stored, started - 2) << "kill " << kill;
    ASSERT_EQ(values, stored) << "a launch is stored with what it measured or not at all";
  }
  EXPECT_GT(kills_while_measuring, kKills / 4) << "the moments were chosen badly";
}

}  // namespace
}  // namespace woolly::gate
