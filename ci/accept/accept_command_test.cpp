// The built woolly-accept, with a git configuration of its own.
#include "ci/accept/accept_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <woolly/error.h>

#include "baselines/samples/timestamp.h"
#include "baselines/store/store.h"
#include "engine/base/file.h"
#include "engine/base/process.h"
#include "engine/base/test_support.h"

namespace woolly::accept {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class AcceptCommandTest : public ::testing::Test {
 protected:
  AcceptCommandTest() {
    configure("[user]\nname = Ada L\nemail = ada@example.org\n");
    store::Store store = store::Store::open(folder / "woolly.db");
    store.add_gate({"2026-01-31T12:00:00Z",
                    "base",
                    "head",
                    1,
                    {{{"kernel/a", "time_ns", "ns"}, "REGRESSED", 0.1, 0.08, 0.12, 0.03, 20}}},
                   "m1");
  }
  void configure(const std::string& text) { write_file_atomically(folder / "gitconfig", text); }

  ProcessResult accept(const std::vector<std::string>& arguments) {
    std::vector<std::string> argv = {std::string(WOOLLY_BIN_DIR) + "/woolly-accept"};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    ProcessOptions options;
    options.cwd = folder.path();
    options.extra_env = {{"GIT_CONFIG_GLOBAL", (folder / "gitconfig").string()},
                         {"GIT_CONFIG_NOSYSTEM", "1"},
                         {"GIT_CEILING_DIRECTORIES", folder.path().parent_path().string()}};
    return run_process(argv, options);
  }
  std::string refused(const std::vector<std::string>& arguments) {
    const ProcessResult result = accept(arguments);
    EXPECT_EQ(result.exit_code, 2) << result.out << result.err;
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    return result.err;
  }

  woolly::test::TemporaryFolder folder;
};

TEST_F(AcceptCommandTest, AcceptsListsAndRevokes) {
  const ProcessResult accepted = accept({"kernel/a", "--reason", "checks indices", "--until",
                                         "2999-12-31", "--metric", "time_ns", "--at-most", "12%"});
  EXPECT_EQ(accepted.exit_code, 0) << accepted.err;
  EXPECT_THAT(accepted.out, AllOf(HasSubstr("acceptance 1: kernel/a time_ns until the end of 2999"),
                                  HasSubstr("Ada L <ada@example.org>")));
  EXPECT_THAT(accept({"--list"}).out, AllOf(HasSubstr("in force"), HasSubstr("checks indices"),
                                            HasSubstr("12 %"), HasSubstr("Ada L")));
  configure("[user]\nname = Bob\n");
  EXPECT_THAT(accept({"--revoke", "1"}).out, HasSubstr("revoked by Bob"));
  const auto json = nlohmann::json::parse(accept({"--list", "--json"}).out);
  ASSERT_EQ(json.size(), 1U);
  EXPECT_EQ(json[0]["status"], "revoked");
  EXPECT_EQ(json[0]["author"], "Ada L <ada@example.org>");
  EXPECT_EQ(json[0]["revoked_by"], "Bob");
  EXPECT_EQ(json[0]["at_most"], 0.12);
}

TEST_F(AcceptCommandTest, WithoutAMetricItIsForAll) {
  EXPECT_THAT(accept({"kernel/a", "--reason", "r", "--until", "2999-12-31"}).out,
              HasSubstr("(all metrics)"));
  const auto json = nlohmann::json::parse(accept({"--list", "--json"}).out);
  EXPECT_TRUE(json[0]["metric"].is_null());
  EXPECT_TRUE(json[0]["at_most"].is_null());
}

TEST_F(AcceptCommandTest, WrongUseIsTwoWithOneLine) {
  EXPECT_THAT(refused({}), HasSubstr("BENCHMARK, --list or --revoke"));
  EXPECT_THAT(refused({"kernel/a", "--list"}), HasSubstr("give one of"));
  EXPECT_THAT(refused({"kernel/a", "--until", "2999-12-31"}), HasSubstr("--reason"));
  EXPECT_THAT(refused({"kernel/a", "--reason", "r"}), HasSubstr("--until"));
  EXPECT_THAT(refused({"kernel/a", "--reason", "r", "--until", "soon"}), HasSubstr("no date"));
  EXPECT_THAT(refused({"kernel/a", "--reason", "r", "--until", "2020-01-01"}),
              HasSubstr("has passed"));
  EXPECT_THAT(refused({"kernel/b", "--reason", "r", "--until", "2999-12-31"}),
              HasSubstr("knows no benchmark 'kernel/b'"));
  EXPECT_THAT(refused({"kernel/a", "--reason", "r", "--until", "2999-12-31", "--at-most", "x"}),
              HasSubstr("--at-most x"));
  EXPECT_THAT(refused({"--revoke", "7"}), HasSubstr("no acceptance 7"));
  EXPECT_THAT(refused({"--list", "--db", "none.db"}), HasSubstr("none.db"));
  configure("");
  EXPECT_THAT(refused({"kernel/a", "--reason", "r", "--until", "2999-12-31"}),
              HasSubstr("git config --global user.name"));
}

}  // namespace
}  // namespace woolly::accept
