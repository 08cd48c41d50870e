#include "baselines/store/store_impl.h"

namespace woolly::store {

void insert_profiles(SQLite::Database& database, RunId run,
                     const std::vector<samples::BenchmarkProfile>& profiles) {
  SQLite::Statement insert(database,
                           "INSERT INTO profile (run_id, benchmark, position, stage, operation, "
                           "layer, passes, seconds, bytes, flops) "
                           "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  for (const samples::BenchmarkProfile& profile : profiles) {
    for (std::size_t i = 0; i < profile.entries.size(); ++i) {
      const ProfileEntry& e = profile.entries[i];
      insert.bind(1, run);
      insert.bind(2, profile.benchmark);
      insert.bind(3, static_cast<std::int64_t>(i));
      insert.bind(4, e.stage);
      insert.bind(5, e.operation);
      if (e.layer >= 0) {
        insert.bind(6, e.layer);
      } else {
        insert.bind(6);
      }
      insert.bind(7, e.passes);
      insert.bind(8, e.seconds);
      insert.bind(9, e.bytes);
      insert.bind(10, e.flops);
      insert.exec();
      insert.reset();
    }
  }
}

std::vector<samples::BenchmarkProfile> profiles_of(const SQLite::Database& database, RunId run) {
  SQLite::Statement query(database,
                          "SELECT benchmark, stage, operation, layer, passes, seconds, bytes, "
                          "flops FROM profile WHERE run_id = ? ORDER BY benchmark, position");
  query.bind(1, run);
  std::vector<samples::BenchmarkProfile> profiles;
  while (query.executeStep()) {
    const std::string benchmark = query.getColumn(0).getString();
    if (profiles.empty() || profiles.back().benchmark != benchmark) {
      profiles.push_back({benchmark, {}});
    }
    const SQLite::Column layer = query.getColumn(3);
    profiles.back().entries.push_back(
        {query.getColumn(1).getString(), query.getColumn(2).getString(),
         layer.isNull() ? -1 : layer.getInt(), query.getColumn(4).getInt64(),
         query.getColumn(5).getDouble(), query.getColumn(6).getDouble(),
         query.getColumn(7).getDouble()});
  }
  return profiles;
}

}  // namespace woolly::store
