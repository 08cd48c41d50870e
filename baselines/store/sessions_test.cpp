#include <gtest/gtest.h>

#include "baselines/store/connection.h"
#include "baselines/store/store.h"
#include "engine/base/test_support.h"

namespace woolly::store {
namespace {

const SeriesKey kKey{"e2e/tiny", "decode_tps", "t/s"};

TEST(Sessions, LaunchesAreThereAtOnceAndLeadToTheirGate) {
  const test::TemporaryFolder folder;
  Store store = Store::open(folder / "a.db");
  const SessionId session =
      store.begin_session("2026-01-01T00:00:00Z", "main", "bin", 18'446'744'073'709'551'615U);
  store.add_launch(session, {"tiny", "screening", 3, 1, "head", 0.5, 0.01, {{kKey, 42.5}}});
  SQLite::Database reader = open_database(folder / "a.db", OpenMode::kExisting);
  SQLite::Statement query(reader,
                          "SELECT name, value, stage, block, position, arm, seed, gate_id "
                          "FROM gate_value JOIN gate_launch ON gate_launch.id = launch_id "
                          "JOIN gate_session ON gate_session.id = session_id "
                          "JOIN benchmark ON benchmark.id = benchmark_id");
  ASSERT_TRUE(query.executeStep());
  EXPECT_EQ(query.getColumn(0).getString(), "e2e/tiny");
  EXPECT_EQ(query.getColumn(1).getDouble(), 42.5);
  EXPECT_EQ(query.getColumn(2).getString(), "screening");
  EXPECT_EQ(query.getColumn(3).getInt(), 3);
  EXPECT_EQ(query.getColumn(4).getInt(), 1);
  EXPECT_EQ(query.getColumn(5).getString(), "head");
  EXPECT_EQ(query.getColumn(6).getString(), "18446744073709551615");
  EXPECT_TRUE(query.getColumn(7).isNull()) << "not decided yet";
  query.reset();

  store.add_gate({"2026-01-01T00:00:00Z", "main", "bin", 0, {}}, "m1", session);
  EXPECT_EQ(reader.execAndGet("SELECT gate_id = (SELECT id FROM gate) FROM gate_session").getInt(),
            1);
}

}  // namespace
}  // namespace woolly::store
