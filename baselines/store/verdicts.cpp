// Store: what the gate decided.
#include <limits>

#include "baselines/store/store_impl.h"

namespace woolly::store {
namespace {

std::vector<Verdict> verdicts_of(const SQLite::Database& database, std::int64_t gate) {
  SQLite::Statement query(
      database,
      "SELECT name, metric, unit, state, estimate, ci_low, ci_high, margin, pairs, acceptance_id "
      "FROM verdict JOIN benchmark ON benchmark.id = benchmark_id "
      "WHERE gate_id = ? ORDER BY verdict.id");
  query.bind(1, gate);
  std::vector<Verdict> verdicts;
  while (query.executeStep()) {
    verdicts.push_back({{query.getColumn(0).getString(), query.getColumn(1).getString(),
                         query.getColumn(2).getString()},
                        query.getColumn(3).getString(),
                        number_or_nan(query, 4),
                        number_or_nan(query, 5),
                        number_or_nan(query, 6),
                        number_or_nan(query, 7),
                        query.getColumn(8).getInt()});
    if (const SQLite::Column acceptance = query.getColumn(9); !acceptance.isNull()) {
      verdicts.back().acceptance = acceptance.getInt64();
    }
  }
  return verdicts;
}

void insert_verdicts(SQLite::Database& database, std::int64_t gate,
                     const std::vector<Verdict>& verdicts) {
  SQLite::Statement insert(
      database,
      "INSERT INTO verdict (gate_id, benchmark_id, state, estimate, ci_low, ci_high, "
      "margin, pairs, acceptance_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  for (const Verdict& verdict : verdicts) {
    insert.bind(1, gate);
    insert.bind(2, benchmark_row(database, verdict.key));
    insert.bind(3, verdict.state);
    insert.bind(4, verdict.estimate);  // SQLite stores NaN as NULL
    insert.bind(5, verdict.ci_low);
    insert.bind(6, verdict.ci_high);
    insert.bind(7, verdict.margin);
    insert.bind(8, verdict.pairs);
    if (verdict.acceptance) insert.bind(9, *verdict.acceptance);
    insert.exec();
    insert.reset();
    insert.clearBindings();
  }
}

}  // namespace

double number_or_nan(SQLite::Statement& row, int column) {
  const SQLite::Column value = row.getColumn(column);
  return value.isNull() ? std::numeric_limits<double>::quiet_NaN() : value.getDouble();
}

void Store::add_gate(const GateRecord& gate, const std::string& machine_id,
                     std::optional<SessionId> session) {
  translating(impl_->database, [&] {
    SQLite::Database& database = impl_->database;
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    SQLite::Statement insert(database,
                             "INSERT INTO gate (started_at, machine_id, base, head, exit_code, "
                             "head_commit, head_run) VALUES (?, ?, ?, ?, ?, nullif(?, ''), ?)");
    insert.bind(1, gate.started_at);
    insert.bind(2, machine_row(database, machine_id));
    insert.bind(3, gate.base);
    insert.bind(4, gate.head);
    insert.bind(5, gate.exit_code);
    insert.bind(6, gate.head_commit);
    if (gate.head_run) insert.bind(7, *gate.head_run);
    insert.exec();
    const std::int64_t row = database.getLastInsertRowid();
    insert_verdicts(database, row, gate.verdicts);
    if (session) {
      SQLite::Statement end(database, "UPDATE gate_session SET gate_id = ? WHERE id = ?");
      end.bind(1, row);
      end.bind(2, *session);
      end.exec();
    }
    transaction.commit();
  });
}

std::optional<GateRecord> Store::latest_gate() const {
  return translating(impl_->database, [&]() -> std::optional<GateRecord> {
    SQLite::Transaction transaction(impl_->database);
    SQLite::Statement query(
        impl_->database,
        "SELECT id, started_at, base, head, exit_code, coalesce(head_commit, ''), head_run "
        "FROM gate ORDER BY id DESC LIMIT 1");
    if (!query.executeStep()) return std::nullopt;
    GateRecord gate{query.getColumn(1).getString(),
                    query.getColumn(2).getString(),
                    query.getColumn(3).getString(),
                    query.getColumn(4).getInt(),
                    verdicts_of(impl_->database, query.getColumn(0).getInt64()),
                    query.getColumn(5).getString()};
    if (!query.getColumn(6).isNull()) gate.head_run = query.getColumn(6).getInt64();
    return gate;
  });
}

}  // namespace woolly::store
