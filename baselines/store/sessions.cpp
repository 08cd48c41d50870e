// Store: the launches of gates, as they finish.
#include <fmt/format.h>

#include "baselines/store/store_impl.h"

namespace woolly::store {

SessionId Store::begin_session(const std::string& started_at, const std::string& base,
                               const std::string& head, std::uint64_t seed) {
  return translating(impl_->database, [&] {
    SQLite::Statement insert(
        impl_->database,
        "INSERT INTO gate_session (started_at, base, head, seed) VALUES (?, ?, ?, ?)");
    insert.bind(1, started_at);
    insert.bind(2, base);
    insert.bind(3, head);
    insert.bind(4, fmt::to_string(seed));
    insert.exec();
    return impl_->database.getLastInsertRowid();
  });
}

void Store::add_launch(SessionId session, const GateLaunch& launch) {
  translating(impl_->database, [&] {
    SQLite::Database& database = impl_->database;
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    SQLite::Statement insert(
        database,
        "INSERT INTO gate_launch (session_id, subject, stage, block, position, arm, wall_s, "
        "steal_s) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    insert.bind(1, session);
    insert.bind(2, launch.subject);
    insert.bind(3, launch.stage);
    insert.bind(4, launch.block);
    insert.bind(5, launch.position);
    insert.bind(6, launch.arm);
    insert.bind(7, launch.wall_s);
    insert.bind(8, launch.steal_s);
    insert.exec();
    const std::int64_t row = database.getLastInsertRowid();
    SQLite::Statement value(
        database, "INSERT INTO gate_value (launch_id, benchmark_id, value) VALUES (?, ?, ?)");
    for (const auto& [key, number] : launch.values) {
      value.bind(1, row);
      value.bind(2, benchmark_row(database, key));
      value.bind(3, number);
      value.exec();
      value.reset();
    }
    transaction.commit();
  });
}

}  // namespace woolly::store
