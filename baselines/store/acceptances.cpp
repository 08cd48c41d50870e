// Store: regressions that someone answers for.
#include <fmt/format.h>

#include "baselines/samples/timestamp.h"
#include "baselines/store/store_impl.h"

namespace woolly::store {
namespace {

constexpr const char* kSelect =
    "SELECT id, benchmark, coalesce(metric, ''), at_most, reason, author, created_at, until, "
    "coalesce(revoked_at, ''), coalesce(revoked_by, '') FROM acceptance ";

Acceptance acceptance_in(SQLite::Statement& row) {
  Acceptance acceptance;
  acceptance.id = row.getColumn(0).getInt64();
  acceptance.benchmark = row.getColumn(1).getString();
  acceptance.metric = row.getColumn(2).getString();
  if (!row.getColumn(3).isNull()) acceptance.at_most = row.getColumn(3).getDouble();
  acceptance.reason = row.getColumn(4).getString();
  acceptance.author = row.getColumn(5).getString();
  acceptance.created_at = row.getColumn(6).getString();
  acceptance.until = row.getColumn(7).getString();
  acceptance.revoked_at = row.getColumn(8).getString();
  acceptance.revoked_by = row.getColumn(9).getString();
  return acceptance;
}

void check_text(const char* what, const std::string& text) {
  if (text.find_first_not_of(' ') == std::string::npos) {
    throw_usage(fmt::format("an acceptance needs {}", what));
  }
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20) {
      throw_usage(fmt::format("{} of an acceptance holds a control character", what));
    }
  }
}

void check_date(const std::string& until) {
  if (!samples::is_date(until)) {
    throw_usage(fmt::format("'{}' is no date", until), "write it like 2026-01-31");
  }
  if (until < samples::utc_today()) {
    throw_usage(fmt::format("{} has passed: an acceptance lies in the future", until));
  }
}

void require_benchmark(const SQLite::Database& database, const Acceptance& acceptance) {
  SQLite::Statement query(
      database, "SELECT count(*) FROM benchmark WHERE name = ? AND (? = '' OR metric = ?)");
  query.bind(1, acceptance.benchmark);
  query.bind(2, acceptance.metric);
  query.bind(3, acceptance.metric);
  query.executeStep();
  if (query.getColumn(0).getInt() > 0) return;
  throw_usage(
      fmt::format("{}: knows no benchmark '{}'{}", database.getFilename(), acceptance.benchmark,
                  acceptance.metric.empty() ? "" : " with metric " + acceptance.metric),
      "names are as in the gate's table");
}

}  // namespace

std::int64_t Store::accept(const Acceptance& acceptance) {
  check_text("a reason", acceptance.reason);
  check_text("an author", acceptance.author);
  check_date(acceptance.until);
  return translating(impl_->database, [&] {
    SQLite::Database& database = impl_->database;
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    require_benchmark(database, acceptance);
    SQLite::Statement insert(
        database,
        "INSERT INTO acceptance (benchmark, metric, at_most, reason, author, created_at, until) "
        "VALUES (?, nullif(?, ''), ?, ?, ?, ?, ?)");
    insert.bind(1, acceptance.benchmark);
    insert.bind(2, acceptance.metric);
    if (acceptance.at_most) insert.bind(3, *acceptance.at_most);
    insert.bind(4, acceptance.reason);
    insert.bind(5, acceptance.author);
    insert.bind(6, samples::utc_now());
    insert.bind(7, acceptance.until);
    insert.exec();
    const std::int64_t id = database.getLastInsertRowid();
    transaction.commit();
    return id;
  });
}

void Store::revoke_acceptance(std::int64_t id, const std::string& author) {
  check_text("an author", author);
  translating(impl_->database, [&] {
    SQLite::Database& database = impl_->database;
    SQLite::Statement update(database,
                             "UPDATE acceptance SET revoked_at = ?, revoked_by = ? "
                             "WHERE id = ? AND revoked_at IS NULL");
    update.bind(1, samples::utc_now());
    update.bind(2, author);
    update.bind(3, id);
    if (update.exec() == 1) return;
    throw_usage(fmt::format("{}: no acceptance {} that is not revoked", database.getFilename(), id),
                "`woolly accept --list` shows them");
  });
}

std::vector<Acceptance> Store::acceptances() const {
  return translating(impl_->database, [&] {
    SQLite::Statement query(impl_->database, std::string(kSelect) + "ORDER BY id");
    std::vector<Acceptance> all;
    while (query.executeStep()) all.push_back(acceptance_in(query));
    return all;
  });
}

std::optional<Acceptance> Store::acceptance_of(const SeriesKey& key,
                                               const std::string& date) const {
  return translating(impl_->database, [&]() -> std::optional<Acceptance> {
    SQLite::Statement query(impl_->database,
                            std::string(kSelect) +
                                "WHERE benchmark = ? AND (metric IS NULL OR metric = ?) "
                                "AND revoked_at IS NULL AND until >= ? ORDER BY id DESC LIMIT 1");
    query.bind(1, key.benchmark);
    query.bind(2, key.metric);
    query.bind(3, date);
    if (!query.executeStep()) return std::nullopt;
    return acceptance_in(query);
  });
}

}  // namespace woolly::store
