// Store: what audits of the gate found.
#include <fmt/format.h>

#include "baselines/samples/timestamp.h"
#include "baselines/store/store_impl.h"

namespace woolly::store {
namespace {

void insert_series(SQLite::Database& database, std::int64_t audit,
                   const std::vector<AuditSeries>& series) {
  SQLite::Statement insert(
      database,
      "INSERT INTO audit_series (audit_id, benchmark_id, slowed, state, estimate, margin, pairs, "
      "position_effect) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
  for (const AuditSeries& s : series) {
    insert.bind(1, audit);
    insert.bind(2, benchmark_row(database, s.key));
    insert.bind(3, s.slowed ? 1 : 0);
    insert.bind(4, s.state);
    insert.bind(5, s.estimate);  // SQLite stores NaN as NULL
    insert.bind(6, s.margin);
    insert.bind(7, s.pairs);
    insert.bind(8, s.position_effect);
    insert.exec();
    insert.reset();
  }
}

std::vector<AuditSeries> series_of(const SQLite::Database& database, std::int64_t audit) {
  SQLite::Statement query(
      database,
      "SELECT name, metric, unit, slowed, state, estimate, margin, pairs, position_effect "
      "FROM audit_series JOIN benchmark ON benchmark.id = benchmark_id WHERE audit_id = ? "
      "ORDER BY name, metric, unit");
  query.bind(1, audit);
  std::vector<AuditSeries> series;
  while (query.executeStep()) {
    series.push_back({{query.getColumn(0).getString(), query.getColumn(1).getString(),
                       query.getColumn(2).getString()},
                      query.getColumn(3).getInt() != 0,
                      query.getColumn(4).getString(),
                      number_or_nan(query, 5),
                      number_or_nan(query, 6),
                      query.getColumn(7).getInt(),
                      number_or_nan(query, 8)});
  }
  return series;
}

}  // namespace

void Store::add_audit(const Audit& audit, const std::string& machine_id) {
  translating(impl_->database, [&] {
    SQLite::Database& database = impl_->database;
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    SQLite::Statement insert(database,
                             "INSERT INTO audit (recorded_at, machine_id, suite, method, injected, "
                             "verdict, elapsed_s, seed) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    insert.bind(1, samples::utc_now());
    insert.bind(2, machine_row(database, machine_id));
    insert.bind(3, audit.suite);
    insert.bind(4, audit.method);
    insert.bind(5, audit.injected);
    insert.bind(6, audit.verdict);
    insert.bind(7, audit.elapsed_s);
    insert.bind(8, audit.seed);
    insert.exec();
    insert_series(database, database.getLastInsertRowid(), audit.series);
    transaction.commit();
  });
}

std::vector<Audit> Store::audits(const std::string& machine_id, const std::string& suite,
                                 const std::string& method) const {
  return translating(impl_->database, [&] {
    SQLite::Transaction transaction(impl_->database);
    SQLite::Statement query(
        impl_->database,
        "SELECT audit.id, suite, method, injected, verdict, elapsed_s, seed FROM audit "
        "JOIN machine ON machine.id = machine_id "
        "WHERE fingerprint = ? AND ? IN ('', suite) AND method = ? ORDER BY audit.id");
    query.bind(1, machine_id);
    query.bind(2, suite);
    query.bind(3, method);
    std::vector<Audit> audits;
    while (query.executeStep()) {
      audits.push_back({query.getColumn(1).getString(), query.getColumn(2).getString(),
                        query.getColumn(3).getDouble(), query.getColumn(4).getString(),
                        query.getColumn(5).getDouble(), query.getColumn(6).getString(),
                        series_of(impl_->database, query.getColumn(0).getInt64())});
    }
    return audits;
  });
}

}  // namespace woolly::store
