#include "baselines/store/connection.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <chrono>
#include <thread>

#include "baselines/store/schema.h"

namespace woolly::store {
namespace {

bool is_busy(const SQLite::Exception& failure) {
  return failure.getErrorCode() == SQLITE_BUSY || failure.getErrorCode() == SQLITE_LOCKED;
}

}  // namespace

Error database_error(const std::string& name, const SQLite::Exception& failure) {
  switch (failure.getErrorCode() & 0xff) {  // the low byte of an extended code is the plain one
    case SQLITE_NOTADB:
      return {ExitCode::kUsage, fmt::format("{}: not a database", name)};
    case SQLITE_CORRUPT:
      return {ExitCode::kUsage, fmt::format("{}: damaged: {}", name, failure.what()),
              "sqlite3 FILE .recover saves what is left"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ExitCode::kUsage, fmt::format("{}: another program holds it locked", name)};
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return {ExitCode::kUsage,
              fmt::format("{}: cannot be opened for writing: {}", name, failure.what()),
              "the file and its folder must be writable"};
    default:
      return {ExitCode::kUsage, fmt::format("{}: {}", name, failure.what())};
  }
}

SQLite::Database open_database(const std::filesystem::path& path, OpenMode mode) {
  const std::string name = path.string();
  if (mode == OpenMode::kExisting && !std::filesystem::exists(path)) {
    throw_usage(fmt::format("{}: no such database", name),
                "woolly bench, woolly micro and woolly db import make one");
  }
  const int flags = SQLite::OPEN_READWRITE | (mode == OpenMode::kCreate ? SQLite::OPEN_CREATE : 0);
  // SQLite does not wait for the lock in every step of the switch to WAL (a wait could deadlock
  // there), so two creators of one file can see "busy" at once: begin again until the timeout.
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(kBusyTimeoutMs);
  for (;;) {
    try {
      SQLite::Database database(name, flags, kBusyTimeoutMs);
      prepare(database, name);
      return database;
    } catch (const SQLite::Exception& failure) {
      if (!is_busy(failure) || std::chrono::steady_clock::now() > deadline) {
        throw database_error(name, failure);
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
}

}  // namespace woolly::store
