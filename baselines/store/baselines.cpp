// Store: named baselines.
#include <fmt/format.h>

#include "baselines/samples/timestamp.h"
#include "baselines/store/store_impl.h"

namespace woolly::store {
namespace {

constexpr const char* kSelect =
    "SELECT name, run_id, created_at, coalesce(commit_hash, ''), fingerprint, baseline.producer "
    "FROM baseline JOIN run ON run.id = run_id JOIN machine ON machine.id = machine_id "
    "JOIN build ON build.id = build_id ";

BaselineInfo info(SQLite::Statement& query) {
  return {query.getColumn(0).getString(), query.getColumn(1).getInt64(),
          query.getColumn(2).getString(), query.getColumn(3).getString(),
          query.getColumn(4).getString(), query.getColumn(5).getString()};
}

}  // namespace

void Store::set_baseline(std::string_view name, RunId run, bool replace) {
  if (name.empty()) throw_usage("a baseline needs a name");
  for (const char c : name) {
    if (static_cast<unsigned char>(c) < 0x20)
      throw_usage("a baseline's name holds a control character");
  }
  translating(impl_->database, [&] {
    SQLite::Transaction transaction(impl_->database, SQLite::TransactionBehavior::IMMEDIATE);
    require_run(impl_->database, run);
    SQLite::Statement producer_of(impl_->database, "SELECT producer FROM run WHERE id = ?");
    producer_of.bind(1, run);
    producer_of.executeStep();
    const std::string producer = producer_of.getColumn(0).getString();
    const std::optional<BaselineInfo> present = baseline(name, producer);
    if (present && present->run == run) return;
    if (present && !replace) {
      throw_usage(fmt::format("{}: baseline '{}' already names run {}",
                              impl_->database.getFilename(), name, present->run),
                  "--replace moves it");
    }
    SQLite::Statement insert(impl_->database,
                             "INSERT OR REPLACE INTO baseline (name, producer, run_id, created_at) "
                             "VALUES (?, ?, ?, ?)");
    insert.bind(1, std::string(name));
    insert.bind(2, producer);
    insert.bind(3, run);
    insert.bind(4, samples::utc_now());
    insert.exec();
    transaction.commit();
  });
}

std::optional<BaselineInfo> Store::baseline(std::string_view name,
                                            std::string_view producer) const {
  return translating(impl_->database, [&]() -> std::optional<BaselineInfo> {
    SQLite::Statement query(impl_->database,
                            std::string(kSelect) + "WHERE name = ? AND baseline.producer = ?");
    query.bind(1, std::string(name));
    query.bind(2, std::string(producer));
    if (!query.executeStep()) return std::nullopt;
    return info(query);
  });
}

std::vector<BaselineInfo> Store::baselines() const {
  return translating(impl_->database, [&] {
    SQLite::Statement query(impl_->database,
                            std::string(kSelect) + "ORDER BY name, baseline.producer");
    std::vector<BaselineInfo> all;
    while (query.executeStep()) all.push_back(info(query));
    return all;
  });
}

}  // namespace woolly::store
