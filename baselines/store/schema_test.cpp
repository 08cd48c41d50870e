#include "baselines/store/schema.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <sstream>

#include <woolly/error.h>

#include "baselines/store/connection.h"
#include "engine/base/file.h"
#include "engine/base/test_support.h"

namespace woolly::store {
namespace {

using testing::HasSubstr;
using Columns = std::vector<std::pair<std::string, std::string>>;  // name, type

// The text between the bars of "| a | b | c |", without the spaces.
std::vector<std::string> cells(const std::string& line) {
  std::vector<std::string> result;
  std::istringstream in(line);
  std::string cell;
  std::getline(in, cell, '|');  // before the first bar
  while (std::getline(in, cell, '|')) {
    const auto begin = cell.find_first_not_of(' ');
    if (begin != std::string::npos) {
      result.push_back(cell.substr(begin, cell.find_last_not_of(' ') - begin + 1));
    }
  }
  return result;
}

// "## table" headings and the "| column | type | meaning |" rows below them; a row without a
// meaning documents nothing and is left out.
std::map<std::string, Columns> documented() {
  const auto path = std::filesystem::path(WOOLLY_SOURCE_DIR) / "baselines/store/schema.md";
  std::istringstream in(read_file(path));
  std::map<std::string, Columns> tables;
  std::string table;
  std::string line;
  while (std::getline(in, line)) {
    if (line.starts_with("## ")) {
      table = line.substr(3);
      tables[table];
    } else if (line.starts_with("| ") && !line.starts_with("| column |")) {
      const auto row = cells(line);
      if (row.size() == 3) tables[table].emplace_back(row[0], row[1]);
    }
  }
  return tables;
}

std::map<std::string, Columns> real(SQLite::Database& database) {
  std::map<std::string, Columns> tables;
  SQLite::Statement names(
      database, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
  while (names.executeStep()) {
    const std::string table = names.getColumn(0).getString();
    // table_xinfo is table_info with the generated columns.
    SQLite::Statement columns(database, "SELECT name, type FROM pragma_table_xinfo(?)");
    columns.bind(1, table);
    while (columns.executeStep()) {
      std::string type = columns.getColumn(1).getString();
      type = type.substr(0, type.find(' '));  // "TEXT GENERATED ALWAYS"
      tables[table].emplace_back(columns.getColumn(0).getString(), type);
    }
  }
  return tables;
}

TEST(Schema, DocumentAndTablesAgree) {
  const test::TemporaryFolder folder;
  SQLite::Database database = open_database(folder / "a.db", OpenMode::kCreate);
  const auto expected = documented();
  EXPECT_GE(expected.size(), 10U);
  EXPECT_EQ(real(database), expected);
}

TEST(Schema, NewDatabaseIsMarkedAndConfigured) {
  const test::TemporaryFolder folder;
  SQLite::Database database = open_database(folder / "a.db", OpenMode::kCreate);
  EXPECT_EQ(database.execAndGet("PRAGMA application_id").getInt(), kApplicationId);
  EXPECT_EQ(database.execAndGet("PRAGMA user_version").getInt(),
            static_cast<int>(migrations().size()));
  EXPECT_EQ(database.execAndGet("PRAGMA journal_mode").getString(), "wal");
  EXPECT_EQ(database.execAndGet("PRAGMA foreign_keys").getInt(), 1);
  EXPECT_GT(database.execAndGet("PRAGMA busy_timeout").getInt(), 0);
  EXPECT_EQ(database.execAndGet("PRAGMA integrity_check").getString(), "ok");
}

TEST(Schema, PreparingTwiceChangesNothing) {
  const test::TemporaryFolder folder;
  SQLite::Database database = open_database(folder / "a.db", OpenMode::kCreate);
  const auto before = real(database);
  prepare(database, "a.db");
  EXPECT_EQ(real(database), before);
}

std::string refusal(SQLite::Database& database) {
  try {
    prepare(database, "x.db");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    EXPECT_THAT(error.message(), HasSubstr("x.db"));
    return error.message();
  }
  return "accepted";
}

TEST(Schema, ForeignAndNewerFilesAreRefusedUntouched) {
  SQLite::Database foreign(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  foreign.exec("CREATE TABLE run (mine TEXT)");
  EXPECT_THAT(refusal(foreign), HasSubstr("not a woolly database"));
  EXPECT_EQ(real(foreign).size(), 1U);

  SQLite::Database other_application(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  other_application.exec("PRAGMA application_id = 7");
  EXPECT_THAT(refusal(other_application), HasSubstr("not a woolly database"));

  const test::TemporaryFolder folder;
  SQLite::Database newer = open_database(folder / "a.db", OpenMode::kCreate);
  newer.exec("PRAGMA user_version = 99");
  EXPECT_THAT(refusal(newer), HasSubstr("newer"));
}

// A database as each earlier version left it, with a verdict in it.
TEST(Schema, OlderDatabasesKeepWhatTheyHold) {
  const int last = static_cast<int>(migrations().size());
  for (int version = 1; version < last; ++version) {
    SQLite::Database database(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    for (int i = 0; i < version; ++i) database.exec(migrations()[static_cast<std::size_t>(i)]);
    database.exec("PRAGMA application_id = " + std::to_string(kApplicationId));
    database.exec("PRAGMA user_version = " + std::to_string(version));
    database.exec(
        "INSERT INTO machine (id, fingerprint, fields) VALUES (1, 'm', '{}');"
        "INSERT INTO benchmark (id, name, metric, unit) VALUES (1, 'b', 'time_ns', 'ns');"
        "INSERT INTO gate (id, started_at, machine_id, base, head, exit_code)"
        " VALUES (1, 't', 1, 'x', 'y', 1);"
        "INSERT INTO verdict (gate_id, benchmark_id, state, pairs) VALUES (1, 1, 'REGRESSED', 9)");
    prepare(database, "old.db");
    EXPECT_EQ(real(database), documented()) << version;
    EXPECT_EQ(database
                  .execAndGet("SELECT count(*) FROM verdict"
                              " WHERE state = 'REGRESSED' AND pairs = 9 AND acceptance_id IS NULL")
                  .getInt(),
              1)
        << version;
  }
}

// Baselines of before branches and machines.
TEST(Schema, OlderBaselinesBelongToTheMachineOfTheirRun) {
  SQLite::Database database(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  for (int i = 0; i < 3; ++i) database.exec(migrations()[static_cast<std::size_t>(i)]);
  database.exec(fmt::format("PRAGMA application_id = {}", kApplicationId));
  database.exec("PRAGMA user_version = 3");
  database.exec(
      "INSERT INTO machine (id, fingerprint, fields) VALUES (7, 'm', '{}');"
      "INSERT INTO build (id, fields) VALUES (1, '{}');"
      "INSERT INTO run (id, producer, started_at, recorded_at, machine_id, build_id, fields)"
      " VALUES (5, 'woolly-bench', 't', 't', 7, 1, '{}');"
      "INSERT INTO baseline (name, producer, run_id, created_at)"
      " VALUES ('main', 'woolly-bench', 5, 't');"
      "INSERT INTO benchmark (id, name, metric, unit) VALUES (1, 'b', 'time_ns', 'ns');"
      "INSERT INTO aa_sample (machine_id, benchmark_id, theta, recorded_at)"
      " VALUES (7, 1, 0.5, 't')");
  prepare(database, "old.db");
  EXPECT_EQ(database
                .execAndGet("SELECT count(*) FROM baseline WHERE name = 'main' AND branch = ''"
                            " AND machine_id = 7 AND run_id = 5 AND created_at = 't'"
                            " AND superseded_at IS NULL")
                .getInt(),
            1);
  EXPECT_EQ(database
                .execAndGet("SELECT count(*) FROM aa_sample WHERE theta = 0.5 AND layout = ''"
                            " AND spread IS NULL")
                .getInt(),
            1);
}

}  // namespace
}  // namespace woolly::store
