// Opening a database file and telling its failures in one line.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <string>

#include <woolly/error.h>

namespace woolly::store {

// How long a writer waits for another one before it gives up.
constexpr int kBusyTimeoutMs = 30'000;

enum class OpenMode { kCreate, kExisting };

// A prepared connection (see schema.h). Two processes may create the same file at the same moment.
SQLite::Database open_database(const std::filesystem::path& path, OpenMode mode);

// The Error (usage) for a failure of SQLite on the file `name`.
Error database_error(const std::string& name, const SQLite::Exception& failure);

// Runs `action`; what SQLite throws leaves as database_error().
template <class Action>
auto translating(const SQLite::Database& database, Action&& action) {
  try {
    return action();
  } catch (const SQLite::Exception& failure) {
    throw database_error(database.getFilename(), failure);
  }
}

}  // namespace woolly::store
