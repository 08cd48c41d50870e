// The tables of a database and how an older file becomes a current one. schema.md documents them.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>
#include <vector>

namespace woolly::store {

// "WOOL" in the file header: tells a woolly database from any other SQLite file.
constexpr int kApplicationId = 0x574f4f4c;

// Statement list i turns a database of PRAGMA user_version i into one of i + 1. Published entries
// never change; a new one is appended.
const std::vector<std::string>& migrations();

// Brings an empty or older database to the current schema, each step in a transaction of its own,
// and switches it to WAL. Throws Error (usage) naming `name` when the file is not a woolly database
// or is newer than this program; SQLite::Exception when SQLite fails.
void prepare(SQLite::Database& database, const std::string& name);

}  // namespace woolly::store
