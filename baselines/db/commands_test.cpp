// Drives the built woolly-db the way a user does.
#include "baselines/db/commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>

#include "baselines/import/test_documents.h"
#include "baselines/store/test_records.h"
#include "engine/base/file.h"
#include "engine/base/test_support.h"

namespace woolly::db {
namespace {

using testing::AllOf;
using testing::HasSubstr;

struct Outcome {
  int exit_code;
  std::string out;
  std::string err;
};

class DbCommand : public testing::Test {
 protected:
  // In a shell in the test's own folder.
  Outcome shell(const std::string& command) {
    const std::string line =
        "cd '" + folder_.path().string() + "' && (" + command + ") >out 2>err </dev/null";
    const int status = std::system(line.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_file(folder_ / "out"),
            read_file(folder_ / "err")};
  }
  Outcome db(const std::string& arguments) { return shell(kProgram + " " + arguments); }

  // Exit 2, one line on stderr, nothing on stdout.
  std::string refused(const std::string& arguments) {
    const Outcome outcome = db(arguments);
    EXPECT_EQ(outcome.exit_code, 2) << arguments << "\n" << outcome.out << outcome.err;
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    return outcome.err;
  }

  void add_runs() {
    store::Store store = store::Store::open(folder_ / "woolly.db");
    store.add(store::example_record());
    store.add(store::example_record("2026-02-01T12:00:00Z", "c2"));
    store.add(store::example_record("2026-03-01T12:00:00Z", "c2", "woolly-micro"));
  }

  const std::string kAuthor =
      "export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=user.name GIT_CONFIG_VALUE_0='Ada L' && ";
  const std::string kProgram = std::string("'") + WOOLLY_BIN_DIR + "/woolly-db'";
  test::TemporaryFolder folder_;
};

TEST_F(DbCommand, HelpAndWrongArguments) {
  EXPECT_THAT(db("--help").out, AllOf(HasSubstr("Examples:"), HasSubstr("woolly db import")));
  EXPECT_THAT(refused(""), HasSubstr("--help"));
  EXPECT_THAT(refused("frob"), HasSubstr("--help"));
  EXPECT_THAT(refused("import"), HasSubstr("FILE"));
  EXPECT_THAT(refused("import x --format tea"), HasSubstr("tea"));
  for (const char* command : {"list", "show 1", "baseline list", "baseline set a 1", "export"}) {
    EXPECT_THAT(refused(command), HasSubstr("woolly.db: no such database"));
  }
  EXPECT_FALSE(std::filesystem::exists(folder_ / "woolly.db"));
}

TEST_F(DbCommand, ListIsAlignedNewestFirst) {
  add_runs();
  ASSERT_EQ(db("baseline set main 1").exit_code, 0);
  const std::string out = db("list").out;
  EXPECT_THAT(out, testing::MatchesRegex("RUN  STARTED .*BASELINES\n"
                                         "  3  2026-03-01T12:00:00Z  woolly-micro  c2 .*\n"
                                         "  2  2026-02-01T12:00:00Z  woolly-bench  c2 .*\n"
                                         "  1  2026-01-31T12:00:00Z  woolly-bench  c1 .*  main\n"));
  const auto json = nlohmann::json::parse(db("--db woolly.db list --json").out);
  ASSERT_EQ(json.size(), 3U);
  EXPECT_EQ(json[2]["run"], 1);
  EXPECT_EQ(json[2]["samples"], 6);
  EXPECT_EQ(json[2]["baselines"], nlohmann::json::array({"main"}));
  EXPECT_EQ(nlohmann::json::parse(db("list --db woolly.db --json").out), json);
}

TEST_F(DbCommand, ShowByNumberLatestAndName) {
  add_runs();
  ASSERT_EQ(db("baseline set main 2").exit_code, 0);
  EXPECT_THAT(db("show 1").out, AllOf(HasSubstr("run 1 of woolly-bench"), HasSubstr("A CPU"),
                                      HasSubstr("decode_tps")));
  EXPECT_THAT(db("show latest").out, HasSubstr("run 3 of woolly-micro"));
  EXPECT_THAT(db("show main").out, HasSubstr("run 2 of"));
  EXPECT_EQ(
      samples::to_json(samples::from_json(nlohmann::json::parse(db("show 1 --json").out), "out")),
      samples::to_json(store::example_record()));
  EXPECT_THAT(refused("show 9"), HasSubstr("no run 9"));
  EXPECT_THAT(refused("show nobody"), HasSubstr("nobody"));
  ASSERT_EQ(db("baseline set main 3").exit_code, 0);
  EXPECT_THAT(refused("show main"), HasSubstr("several runs: 2, 3"));
}

TEST_F(DbCommand, BaselinesAreSetListedAndGuarded) {
  add_runs();
  EXPECT_THAT(db("baseline set main latest --producer woolly-bench").out,
              HasSubstr("main = run 2"));
  EXPECT_THAT(db("baseline set main latest").out, HasSubstr("main = run 3"));
  EXPECT_THAT(refused("baseline set main 1"),
              AllOf(HasSubstr("already names run 2"), HasSubstr("--supersede REASON")));
  EXPECT_THAT(refused("baseline set main 1 --supersede ''"), HasSubstr("reason"));
  EXPECT_EQ(
      shell(kAuthor + kProgram + " baseline set main 1 --supersede 'slower, but right'").exit_code,
      0);
  const auto json = nlohmann::json::parse(db("baseline list --json").out);
  ASSERT_EQ(json.size(), 2U);
  EXPECT_EQ(json[0]["run"], 1);
  EXPECT_EQ(json[0]["producer"], "woolly-bench");
  EXPECT_EQ(json[0]["branch"], "");
  const auto history = nlohmann::json::parse(db("baseline list --history --json").out);
  ASSERT_EQ(history.size(), 3U);
  EXPECT_EQ(history[0]["run"], 2);
  EXPECT_EQ(history[0]["superseded_at"], history[2]["created_at"]);
  EXPECT_THAT(db("baseline list --history").out,
              AllOf(HasSubstr("SUPERSEDED"), HasSubstr("Ada L"), HasSubstr("slower, but right")));
  EXPECT_THAT(db("baseline list").out, AllOf(HasSubstr("NAME"), HasSubstr("main")));
  EXPECT_THAT(refused("baseline set other tomorrow"), HasSubstr("tomorrow"));
  EXPECT_THAT(refused("baseline set other 1x"), HasSubstr("1x"));
  EXPECT_THAT(refused("baseline set other latest --producer nobody"), HasSubstr("nobody"));
}

TEST_F(DbCommand, ABaselineIsOfTheCurrentBranchUnlessTold) {
  add_runs();
  ASSERT_EQ(shell("git init -q -b release").exit_code, 0);
  EXPECT_THAT(db("baseline set main 1").out, HasSubstr("main (branch release) = run 1"));
  EXPECT_THAT(db("baseline set main 2 --branch other").out, HasSubstr("(branch other) = run 2"));
  EXPECT_THAT(refused("baseline set main 2"), HasSubstr("already names run 1"));
}

TEST_F(DbCommand, ABaselineOfNoBranchIsNotShadowed) {
  add_runs();
  ASSERT_EQ(db("baseline set main 1").exit_code, 0);
  ASSERT_EQ(shell("git init -q -b release").exit_code, 0);
  EXPECT_THAT(refused("baseline set main 2"), HasSubstr("already names run 1"));
  EXPECT_EQ(db("baseline set main 2 --branch release").exit_code, 0);
}

TEST_F(DbCommand, ABaselineThatCannotBeRebuiltIsSaidToBe) {
  samples::Record record = store::example_record();
  record.environment["dirty"] = "true";
  store::Store::open(folder_ / "woolly.db").add(record);
  const Outcome outcome = db("baseline set main 1");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.err, HasSubstr("uncommitted changes"));
}

TEST_F(DbCommand, ImportsWhatToolsWrite) {
  write_file_atomically(folder_ / "g.json", import::kGoogleBenchmark);
  write_file_atomically(folder_ / "l.json", import::kLlamaBench);
  write_file_atomically(folder_ / "w.json", import::kWoolly);
  const Outcome outcome = db("import g.json l.json");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr("run 1: google-benchmark"), HasSubstr("run 3: llama-bench")));
  EXPECT_THAT(outcome.err, HasSubstr("g.json: broken failed: wrong answer"));
  EXPECT_THAT(shell(kProgram + " import - --format woolly <w.json").out,
              HasSubstr("run 4: woolly-bench"));
  EXPECT_THAT(shell(kProgram + " import - <w.json").out, HasSubstr("run 4 was there already"));
  EXPECT_THAT(db("show 3").out, HasSubstr("llama-bench/tiny-Q4_0/pp512_tg128"));
  EXPECT_EQ(nlohmann::json::parse(db("list --json").out).size(), 4U);
}

TEST_F(DbCommand, ImportsEveryFormat) {
  std::string files;
  for (std::size_t i = 0; i < import::kDocuments.size(); ++i) {
    const std::string name = "f" + std::to_string(i) + ".json";
    write_file_atomically(folder_ / name, import::kDocuments[i]);
    files += " " + name;
  }
  const Outcome outcome = db("import" + files);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr(": hyperfine, 3"), HasSubstr(": pytest-benchmark, 2"),
                                 HasSubstr(": github-action-benchmark, 2")));
  write_file_atomically(folder_ / "p.json", R"([{"name": "a", "unit": "points", "value": 7}])");
  EXPECT_THAT(refused("import p.json"), HasSubstr("--higher-is-better"));
  EXPECT_EQ(db("import p.json --higher-is-better").exit_code, 0);
  EXPECT_THAT(db("show latest").out, HasSubstr("score"));
}

TEST_F(DbCommand, BadInputLeavesTheDatabaseAsItWas) {
  write_file_atomically(folder_ / "good.json", import::kWoolly);
  write_file_atomically(folder_ / "bad.json", std::string(import::kWoolly).substr(0, 100));
  EXPECT_THAT(refused("import bad.json"), HasSubstr("bad.json: not JSON"));
  EXPECT_THAT(refused("import good.json bad.json"), HasSubstr("bad.json"));
  EXPECT_THAT(refused("import missing.json"), HasSubstr("missing.json"));
  EXPECT_THAT(refused("import good.json --format llama-bench"), HasSubstr("good.json"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "woolly.db"));
  add_runs();
  const std::string before = db("export").out;
  EXPECT_THAT(refused("import good.json bad.json"), HasSubstr("bad.json"));
  EXPECT_EQ(db("export").out, before);
  write_file_atomically(folder_ / "text.db",
                        "some text, and quite a lot more of it than sixteen bytes");
  EXPECT_THAT(refused("--db text.db list"), HasSubstr("text.db"));
  EXPECT_THAT(refused("--db text.db import good.json"), HasSubstr("text.db"));
}

TEST_F(DbCommand, ExportRoundTrips) {
  add_runs();
  ASSERT_EQ(db("baseline set main 2").exit_code, 0);
  ASSERT_EQ(db("export -o all.json").exit_code, 0);
  EXPECT_THAT(db("--db copy.db import all.json").out, HasSubstr("baseline main = run 2"));
  ASSERT_EQ(db("--db copy.db export -o copy.json").exit_code, 0);
  EXPECT_EQ(read_file(folder_ / "copy.json"), read_file(folder_ / "all.json"));
  // The same again changes nothing; a name that was moved meanwhile stays where it is.
  ASSERT_EQ(
      shell(kAuthor + kProgram + " --db copy.db baseline set main 1 --supersede why").exit_code, 0);
  const Outcome again = db("--db copy.db import all.json");
  EXPECT_EQ(again.exit_code, 0);
  EXPECT_THAT(again.out, HasSubstr("run 2 was there already"));
  EXPECT_THAT(again.err, HasSubstr("'main' names run 1 and stays"));
  EXPECT_EQ(nlohmann::json::parse(db("--db copy.db list --json").out).size(), 3U);
}

TEST_F(DbCommand, ExportSelectsAndRefuses) {
  add_runs();
  const auto json = nlohmann::json::parse(db("export --run 3 --run 1").out);
  ASSERT_EQ(json["runs"].size(), 2U);
  EXPECT_EQ(json["runs"][0]["producer"], "woolly-micro");
  const std::string csv = db("export --run latest --format csv").out;
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 7);
  EXPECT_THAT(refused("export --run 77"), HasSubstr("no run 77"));
  write_file_atomically(folder_ / "kept.json", "kept");
  EXPECT_THAT(refused("export --run 77 -o kept.json"), HasSubstr("77"));
  EXPECT_EQ(read_file(folder_ / "kept.json"), "kept");
  EXPECT_THAT(refused("export -o no/where.json"), HasSubstr("no/where.json"));
}

TEST_F(DbCommand, TwoProcessesLoseNothing) {
  const auto file_for = [&](int i) {
    const std::string name = "r" + std::to_string(i) + ".json";
    const auto record = store::example_record("2026-01-31T12:00:00Z", "c" + std::to_string(i));
    write_file_atomically(folder_ / name, samples::to_json(record).dump());
    return name;
  };
  constexpr int kProcesses = 8;  // all of them create the file
  std::string command;
  for (int i = 0; i < kProcesses; ++i) command += kProgram + " import " + file_for(i) + " & ";
  const Outcome outcome = shell(command + "wait");
  EXPECT_EQ(outcome.err, "");
  const auto json = nlohmann::json::parse(db("list --json").out);
  EXPECT_EQ(json.size(), static_cast<std::size_t>(kProcesses));
  for (const auto& run : json) EXPECT_EQ(run["samples"], 6);
}

}  // namespace
}  // namespace woolly::db
