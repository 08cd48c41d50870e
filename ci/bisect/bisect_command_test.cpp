// The built woolly-bisect in a repository whose program is a shell script.
#include "ci/bisect/bisect_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "ci/bisect/test_repository.h"
#include "ci/gate/test_programs.h"

namespace woolly::bisect {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int kCommits = 16;
constexpr int kCulprit = 11;

class BisectCommandTest : public ::testing::Test {
 protected:
  // t is 1000, from the culprit on `slow`, and up to 29 more at random.
  void make_repository(int slow = 1060) {
    for (int i = 0; i <= kCommits; ++i) {
      const int t = i >= kCulprit ? slow : 1000;
      repository.write("run.sh", "echo t=$((" + std::to_string(t) + " + $$ % 30))\n");
      repository.write("build.sh", "echo built >>" + (repository.path / "builds").string() +
                                       (i == 8 || i == 5 ? "; echo syntax error >&2; exit 1" : ""));
      repository.write("number", std::to_string(i));
      hashes.push_back(repository.commit("change " + std::to_string(i)));
    }
  }

  std::vector<std::string> arguments(std::vector<std::string> more) const {
    std::vector<std::string> argv = {std::string(WOOLLY_BIN_DIR) + "/woolly-bisect",
                                     "--good",
                                     hashes.front(),
                                     "--build",
                                     "sh build.sh",
                                     "--run",
                                     run,
                                     "--metric",
                                     "regex:t=([0-9]+)",
                                     "--seed",
                                     "1"};
    argv.insert(argv.end(), more.begin(), more.end());
    return argv;
  }
  ProcessResult bisect(std::vector<std::string> more = {}) {
    ProcessOptions options;
    options.cwd = repository.path;
    return run_process(arguments(std::move(more)), options);
  }

  // Starts a bisect, sends `signal` when it has kept some blocks, and gives its exit status.
  int bisect_until(int signal) {
    const std::size_t kept_before = blocks_kept();
    const pid_t pid = ::fork();
    if (pid == 0) {
      if (::chdir(repository.path.c_str()) != 0 || ::freopen("/dev/null", "w", stderr) == nullptr ||
          ::freopen("/dev/null", "w", stdout) == nullptr) {
        ::_exit(99);
      }
      const std::vector<std::string> words = arguments({});
      std::vector<char*> argv;
      for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
      argv.push_back(nullptr);
      ::execv(argv[0], argv.data());
      ::_exit(98);
    }
    int status = 0;
    while (blocks_kept() < kept_before + 3) {
      if (::waitpid(pid, &status, WNOHANG) == pid) return status;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    ::kill(pid, signal);
    ::waitpid(pid, &status, 0);
    return status;
  }
  std::size_t blocks_kept() const {
    const auto folder = repository.path / "build" / "gate";
    if (!std::filesystem::exists(folder)) return 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().extension() == ".json") {
        return nlohmann::json::parse(read_file(entry.path())).at("blocks").size();
      }
    }
    return 0;
  }
  std::string builds() const { return read_file(repository.path / "builds"); }

  test::Repository repository;
  std::vector<std::string> hashes;
  std::string run = "sh run.sh";
};

TEST_F(BisectCommandTest, NamesTheCommit) {
  make_repository();
  const ProcessResult result = bisect();
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("FIRST worse: " + hashes[kCulprit].substr(0, 12)),
                                HasSubstr("Ada L  change 11"), Not(HasSubstr("\033"))));
  // Nothing is left that git would show.
  EXPECT_THAT(gate::git(repository.path, {"worktree", "list"}).out, Not(HasSubstr(".tree")));
  EXPECT_THAT(gate::git(repository.path, {"status", "--porcelain"}).out, Not(HasSubstr("build/")));
  // Answered from what is kept: the same again builds nothing.
  const std::string built = builds();
  const ProcessResult again = bisect({"--json"});
  EXPECT_EQ(again.exit_code, 0);
  const auto json = nlohmann::json::parse(again.out);
  EXPECT_EQ(json.at("found").at("commit"), hashes[kCulprit]);
  EXPECT_GE(json.at("found").at("probability"), 0.95);
  EXPECT_EQ(builds(), built);
}

TEST_F(BisectCommandTest, SkipsWhatDoesNotBuildOrFails) {
  run = "if [ $(cat number) = 10 ]; then exit 125; fi; sh run.sh";
  make_repository();
  const ProcessResult result = bisect();
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  EXPECT_THAT(result.out,
              AllOf(HasSubstr("one of 2 commits"), HasSubstr("or   " + hashes[10].substr(0, 12)),
                    HasSubstr("exit code 125")));
}

TEST_F(BisectCommandTest, GoesOnAfterKillAndAfterInterrupt) {
  make_repository();
  const int killed = bisect_until(SIGKILL);
  EXPECT_TRUE(WIFSIGNALED(killed));
  const std::size_t kept = blocks_kept();
  EXPECT_GE(kept, 3u);
  const ProcessResult limited = bisect({"--budget", "0.001s"});
  EXPECT_EQ(limited.exit_code, 3) << limited.out;
  EXPECT_THAT(limited.err, HasSubstr("going on from " + std::to_string(kept) + " blocks"));
  const int interrupted = bisect_until(SIGINT);
  EXPECT_TRUE(WIFEXITED(interrupted));
  if (WEXITSTATUS(interrupted) != 0) {
    EXPECT_EQ(WEXITSTATUS(interrupted), 3);
  }
  const ProcessResult result = bisect();
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  EXPECT_THAT(result.out, HasSubstr("FIRST worse: " + hashes[kCulprit].substr(0, 12)));
  EXPECT_THAT(bisect({"--restart", "--budget", "0.001s"}).err, Not(HasSubstr("going on")));
}

TEST_F(BisectCommandTest, NoDifferenceIsInconclusive) {
  make_repository(1000);
  const ProcessResult result = bisect();
  EXPECT_EQ(result.exit_code, 3) << result.out << result.err;
  EXPECT_THAT(result.out, HasSubstr("NO DIFFERENCE"));
}

TEST_F(BisectCommandTest, AnImprovementIsFoundAsOne) {
  make_repository(930);
  const ProcessResult result = bisect();
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  EXPECT_THAT(result.out, HasSubstr("FIRST better: " + hashes[kCulprit].substr(0, 12)));
}

TEST_F(BisectCommandTest, WrongUseIsOneLine) {
  make_repository();
  const std::pair<std::vector<std::string>, const char*> wrong[] = {
      {{"--bad", "nothing"}, "--bad nothing: no commit"},
      {{"--bad", hashes.front()}, "the same commit"},
      {{"--bad", hashes[5]}, "bad ("},
      {{"--budget", "soon"}, "--budget soon"},
      {{"--delta", "9"}, "--delta 9"},
  };
  for (const auto& [more, message] : wrong) {
    const ProcessResult result = bisect(more);
    EXPECT_EQ(result.exit_code, 2) << message << result.err;
    EXPECT_THAT(result.err, HasSubstr(message));
  }
}

TEST_F(BisectCommandTest, ABenchmarkThatFailsAtGoodOrBadIsTheirs) {
  make_repository();
  run = "if [ $(cat number) = 16 ]; then exit 1; fi; sh run.sh";
  const ProcessResult bad = bisect();
  EXPECT_EQ(bad.exit_code, 4) << bad.out << bad.err;
  EXPECT_THAT(bad.err, HasSubstr("bad: "));
  run = "echo nothing";
  const ProcessResult good = bisect();
  EXPECT_EQ(good.exit_code, 4) << good.err;
  EXPECT_THAT(good.err, HasSubstr("good: "));
}

// Woolly's own way: the release preset of every commit, here one that copies a script.
TEST(BisectOwnPrograms, FindsTheCommitByAMetricOfAModel) {
  test::Repository repository;
  repository.write("CMakeLists.txt",
                   "cmake_minimum_required(VERSION 3.25)\nproject(tiny LANGUAGES NONE)\n"
                   "add_custom_target(all_programs ALL COMMAND ${CMAKE_COMMAND} -E copy "
                   "${CMAKE_SOURCE_DIR}/woolly-bench ${CMAKE_BINARY_DIR}/bin/woolly-bench)\n");
  repository.write("CMakePresets.json",
                   R"({"version": 6, "configurePresets": [{"name": "release",
                       "generator": "Ninja", "binaryDir": "${sourceDir}/build/release"}]})");
  repository.write(".gitignore", "/build/\n*.gguf\n");
  gate::test::write_model(repository.path / "tiny.gguf");
  std::vector<std::string> hashes;
  for (int i = 0; i < 6; ++i) {
    gate::test::write_bench(repository.path, i >= 3 ? 90 : 100);
    repository.write("number", std::to_string(i));
    hashes.push_back(repository.commit("change"));
  }
  ProcessOptions options;
  options.cwd = repository.path;
  const ProcessResult result =
      run_process({std::string(WOOLLY_BIN_DIR) + "/woolly-bisect", "--good", hashes[0],
                   "--benchmark", "decode_tps", "-m", "tiny.gguf"},
                  options);
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("FIRST worse: " + hashes[3].substr(0, 12)),
                                HasSubstr("tiny.gguf decode_tps from there on: -")));
  EXPECT_TRUE(std::filesystem::exists(repository.path / "build" / "gate" / hashes[3]));
}

TEST(BisectHelp, HasExamplesAndExitCodes) {
  const ProcessResult result =
      run_process({std::string(WOOLLY_BIN_DIR) + "/woolly-bisect", "--help"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, AllOf(HasSubstr("Examples:"), HasSubstr("Exit codes:")));
}

}  // namespace
}  // namespace woolly::bisect
