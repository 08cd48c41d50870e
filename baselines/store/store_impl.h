// What the source files of Store share.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>

#include "baselines/store/connection.h"
#include "baselines/store/store.h"

namespace woolly::store {

struct Store::Impl {
  explicit Impl(SQLite::Database opened) : database(std::move(opened)) {}

  SQLite::Database database;
};

// The row of a benchmark, a machine, a build: found or made. Call inside a transaction.
std::int64_t benchmark_row(SQLite::Database& database, const SeriesKey& key);
std::int64_t machine_row(SQLite::Database& database, const std::string& fingerprint);
std::int64_t machine_row_with_fields(SQLite::Database& database,
                                     const samples::Environment& environment);

// Adds the fields of a JSON object of texts.
void merge_fields(const std::string& text, samples::Environment& environment);

// What there is no number for: NaN here, NULL in the table.
double number_or_nan(SQLite::Statement& row, int column);

// Where the time of a run's benchmarks went.
void insert_profiles(SQLite::Database& database, RunId run,
                     const std::vector<samples::BenchmarkProfile>& profiles);
std::vector<samples::BenchmarkProfile> profiles_of(const SQLite::Database& database, RunId run);

// Error (usage) unless the run is there.
void require_run(const SQLite::Database& database, RunId id);

}  // namespace woolly::store
