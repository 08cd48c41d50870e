#include "ci/gate/base_build.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include <woolly/error.h>

#include "ci/gate/test_programs.h"

namespace woolly::gate {
namespace {

using ::testing::HasSubstr;

// A tiny repository whose release preset copies one script, without a compiler.
class BaseBuildTest : public ::testing::Test {
 protected:
  BaseBuildTest() : checkout(folder / "repo") {
    std::filesystem::create_directories(checkout);
    write("CMakeLists.txt",
          "cmake_minimum_required(VERSION 3.25)\nproject(tiny LANGUAGES NONE)\n"
          "add_custom_target(all_programs ALL COMMAND ${CMAKE_COMMAND} -E copy "
          "${CMAKE_SOURCE_DIR}/program ${CMAKE_BINARY_DIR}/bin/woolly-bench)\n");
    write("CMakePresets.json",
          R"({"version": 6, "configurePresets": [{"name": "release", "generator": "Ninja",
              "binaryDir": "${sourceDir}/build/release"}]})");
    write(".gitignore", "/build/\n");
    write("program", "first\n");
    git("init -q -b main");
    commit("first");
  }

  void write(const std::string& name, const std::string& content) {
    write_file_atomically(checkout / name, content);
  }
  void git(const std::string& arguments) {
    const ProcessResult result =
        run_process({"/bin/sh", "-c", "git -C '" + checkout.string() + "' " + arguments});
    ASSERT_TRUE(result.ok()) << result.err;
  }
  void commit(const std::string& message) {
    git("add -A");
    git("-c user.name=t -c user.email=t@example.org commit -q -m " + message);
  }
  std::string output_of(const std::string& arguments) {
    return run_process({"/bin/sh", "-c", "git -C '" + checkout.string() + "' " + arguments}).out;
  }
  std::filesystem::path build(const std::string& ref) { return build_ref(checkout, ref, progress); }

  woolly::test::TemporaryFolder folder;
  std::filesystem::path checkout;
  std::ostringstream said;
  Progress progress{said, false};
};

TEST_F(BaseBuildTest, BuildsTheCommitNotTheWorkTree) {
  write("program", "changed, not committed\n");
  const auto bin = build("main");
  EXPECT_EQ(read_file(bin / "woolly-bench"), "first\n");
  EXPECT_EQ(bin.parent_path(), checkout / "build" / "gate");
}

TEST_F(BaseBuildTest, LeavesNoWorktreeAndNothingHalfBuilt) {
  const auto bin = build("HEAD");
  EXPECT_EQ(output_of("worktree list --porcelain").find("build/gate"), std::string::npos);
  int entries = 0;
  for (const auto& entry : std::filesystem::directory_iterator(bin.parent_path())) {
    EXPECT_EQ(entry.path(), bin);
    ++entries;
  }
  EXPECT_EQ(entries, 1);
}

TEST_F(BaseBuildTest, ReusesABuildOfTheSameCommitUnderAnyName) {
  const auto bin = build("main");
  write_file_atomically(bin / "woolly-bench", "from the cache\n");
  EXPECT_EQ(build("HEAD"), bin);
  EXPECT_EQ(read_file(bin / "woolly-bench"), "from the cache\n");
  EXPECT_THAT(said.str(), HasSubstr("built earlier"));
  write("program", "second\n");
  commit("second");
  EXPECT_EQ(read_file(build("main") / "woolly-bench"), "second\n");
  EXPECT_EQ(build("main~1"), bin);
}

TEST_F(BaseBuildTest, ABadRefIsOneLine) {
  for (const char* ref : {"no-such-branch", "-h", "main^{tree}", ""}) {
    try {
      build(ref);
      FAIL() << ref;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kUsage);
      EXPECT_THAT(error.message(), HasSubstr("neither a folder nor a commit"));
      EXPECT_EQ(error.message().find('\n'), std::string::npos);
    }
  }
}

TEST_F(BaseBuildTest, ABuildThatFailsNamesItsLogAndIsNotReused) {
  std::filesystem::remove(checkout / "program");
  commit("broken");
  for (int attempt = 0; attempt < 2; ++attempt) {
    try {
      build("main");
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kUsage);
      EXPECT_THAT(error.message(), HasSubstr("does not build"));
      EXPECT_THAT(error.hint(), HasSubstr(".log"));
    }
  }
  EXPECT_EQ(output_of("worktree list --porcelain").find("build/gate"), std::string::npos);
}

TEST_F(BaseBuildTest, OutsideOfACheckoutThereIsNoRef) {
  EXPECT_EQ(checkout_of(checkout), std::filesystem::canonical(checkout));
  EXPECT_THROW(checkout_of(folder.path()), Error);
}

}  // namespace
}  // namespace woolly::gate
