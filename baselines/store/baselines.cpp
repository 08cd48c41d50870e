// Store: named baselines.
#include <fmt/format.h>

#include <cmath>

#include "baselines/samples/timestamp.h"
#include "baselines/store/store_impl.h"

namespace woolly::store {
namespace {

constexpr const char* kSelect =
    "SELECT name, run_id, created_at, coalesce(commit_hash, ''), fingerprint, baseline.producer, "
    "branch, coalesce(dirty, '') = 'true', author, reason, coalesce(superseded_at, '') "
    "FROM baseline JOIN run ON run.id = run_id JOIN machine ON machine.id = baseline.machine_id "
    "JOIN build ON build.id = build_id ";

BaselineInfo info(SQLite::Statement& query) {
  return {query.getColumn(0).getString(), query.getColumn(1).getInt64(),
          query.getColumn(2).getString(), query.getColumn(3).getString(),
          query.getColumn(4).getString(), query.getColumn(5).getString(),
          query.getColumn(6).getString(), query.getColumn(7).getInt() != 0,
          query.getColumn(8).getString(), query.getColumn(9).getString(),
          query.getColumn(10).getString()};
}

void check_text(const char* what, std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20) {
      throw_usage(fmt::format("{} of a baseline holds a control character", what));
    }
  }
}

struct NamedRun {
  std::int64_t machine;
  std::string producer;
  std::string commit;  // "" when uncommitted changes were built
};

NamedRun named_run(const SQLite::Database& database, RunId run) {
  require_run(database, run);
  SQLite::Statement query(
      database,
      "SELECT machine_id, producer, iif(dirty = 'true', '', coalesce(commit_hash, '')) "
      "FROM run JOIN build ON build.id = build_id WHERE run.id = ?");
  query.bind(1, run);
  query.executeStep();
  return {query.getColumn(0).getInt64(), query.getColumn(1).getString(),
          query.getColumn(2).getString()};
}

// The row in force and its run.
struct Present {
  std::int64_t id;
  RunId run;
};

std::optional<Present> present_baseline(const SQLite::Database& database, const std::string& name,
                                        const std::string& branch, const NamedRun& run) {
  SQLite::Statement query(database,
                          "SELECT id, run_id FROM baseline WHERE name = ? AND branch = ? "
                          "AND machine_id = ? AND producer = ? AND superseded_at IS NULL");
  query.bind(1, name);
  query.bind(2, branch);
  query.bind(3, run.machine);
  query.bind(4, run.producer);
  if (!query.executeStep()) return std::nullopt;
  return Present{query.getColumn(0).getInt64(), query.getColumn(1).getInt64()};
}

bool is_accepted(const Store& store, const SeriesKey& key, double change) {
  const auto acceptance = store.acceptance_of(key, samples::utc_today());
  return acceptance && (!acceptance->at_most || std::abs(change) <= *acceptance->at_most);
}

// What gates last decided about each series of the run or of its commit. One that could not tell
// takes no regression back.
void refuse_regressed(const Store& store, const SQLite::Database& database, RunId run,
                      const std::string& commit) {
  SQLite::Statement query(
      database,
      "SELECT name, metric, unit, state, coalesce(estimate, 0), gate.started_at, "
      "acceptance_id IS NOT NULL, max(verdict.id) "
      "FROM verdict JOIN gate ON gate.id = gate_id JOIN benchmark ON benchmark.id = benchmark_id "
      "WHERE (head_run = ? OR (? <> '' AND head_commit = ?)) "
      "AND state IN ('REGRESSED', 'IMPROVED', 'UNCHANGED') "
      "GROUP BY benchmark_id ORDER BY verdict.id");
  query.bind(1, run);
  query.bind(2, commit);
  query.bind(3, commit);
  while (query.executeStep()) {
    const SeriesKey key{query.getColumn(0).getString(), query.getColumn(1).getString(),
                        query.getColumn(2).getString()};
    const double change = query.getColumn(4).getDouble();
    const bool let_pass = query.getColumn(6).getInt() != 0 || is_accepted(store, key, change);
    if (query.getColumn(3).getString() != "REGRESSED" || let_pass) continue;
    throw_usage(
        fmt::format("run {} is no baseline: the gate of {} found {} {} REGRESSED ({:+.1f} %)", run,
                    query.getColumn(5).getString(), key.benchmark, key.metric, 100 * change),
        "`woolly accept` answers for a regression; a later gate that passes takes it back");
  }
}

}  // namespace

void Store::set_baseline(std::string_view name, RunId run, const BaselineDetails& details) {
  if (name.empty()) throw_usage("a baseline needs a name");
  check_text("the name", name);
  check_text("the branch", details.branch);
  check_text("the author", details.author);
  check_text("the reason", details.reason);
  translating(impl_->database, [&] {
    SQLite::Database& database = impl_->database;
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    const NamedRun named = named_run(database, run);
    const auto present = present_baseline(database, std::string(name), details.branch, named);
    if (present && present->run == run) return;
    if (present && details.reason.empty()) {
      throw_usage(fmt::format("{}: baseline '{}' already names run {}", database.getFilename(),
                              name, present->run),
                  "a baseline stays; --supersede REASON sets another and keeps it on record");
    }
    refuse_regressed(*this, database, run, named.commit);
    const std::string now = samples::utc_now();
    if (present) {
      SQLite::Statement end(database, "UPDATE baseline SET superseded_at = ? WHERE id = ?");
      end.bind(1, now);
      end.bind(2, present->id);
      end.exec();
    }
    SQLite::Statement insert(
        database,
        "INSERT INTO baseline (name, branch, machine_id, producer, run_id, created_at, author, "
        "reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    insert.bind(1, std::string(name));
    insert.bind(2, details.branch);
    insert.bind(3, named.machine);
    insert.bind(4, named.producer);
    insert.bind(5, run);
    insert.bind(6, now);
    insert.bind(7, details.author);
    insert.bind(8, present ? details.reason : std::string());
    insert.exec();
    transaction.commit();
  });
}

std::vector<BaselineInfo> Store::baselines() const {
  return translating(impl_->database, [&] {
    SQLite::Statement query(impl_->database, std::string(kSelect) +
                                                 "WHERE superseded_at IS NULL ORDER BY name, "
                                                 "branch, baseline.producer, baseline.id");
    std::vector<BaselineInfo> all;
    while (query.executeStep()) all.push_back(info(query));
    return all;
  });
}

std::vector<BaselineInfo> Store::baseline_history() const {
  return translating(impl_->database, [&] {
    SQLite::Statement query(impl_->database, std::string(kSelect) + "ORDER BY baseline.id");
    std::vector<BaselineInfo> all;
    while (query.executeStep()) all.push_back(info(query));
    return all;
  });
}

}  // namespace woolly::store
