#include "baselines/db/export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "baselines/import/import.h"
#include "baselines/store/test_records.h"
#include "engine/base/test_support.h"

namespace woolly::db {
namespace {

using testing::HasSubstr;

class ExportTest : public testing::Test {
 protected:
  test::TemporaryFolder folder_;
  store::Store store_ = store::Store::open(folder_ / "a.db");
};

TEST_F(ExportTest, JsonImportedGivesTheSame) {
  const auto first = store_.add(store::example_record());
  const auto second =
      store_.add(store::example_record("2026-02-01T12:00:00Z", "c2", "woolly-micro"));
  store_.set_baseline("main", first);
  store_.set_baseline("main", second, {"release"});
  const std::string text = export_json(store_, {first, second});

  store::Store other = store::Store::open(folder_ / "b.db");
  std::vector<store::RunId> ids;
  for (const auto& run :
       import::import_text(text, {"text", "2026-01-01T00:00:00Z"}, std::nullopt).runs) {
    ids.push_back(other.add(run.record));
    for (const auto& baseline : run.baselines) {
      other.set_baseline(baseline.name, ids.back(), {baseline.branch});
    }
  }
  EXPECT_EQ(export_json(other, ids), text);
}

TEST_F(ExportTest, CsvHasALineASample) {
  samples::Record record = store::example_record();
  record.results = {{"a,\"b\"", "time_ns", "ns", {1.5, 1e-300}, "h"}};
  const auto id = store_.add(record);
  const std::string csv = export_csv(store_, {id});
  EXPECT_THAT(csv, testing::StartsWith(
                       "run,producer,started_at,machine_id,commit,dirty,benchmark,metric,unit,"
                       "launch,value,answer_hash\n"));
  EXPECT_THAT(csv, HasSubstr("1,woolly-bench,2026-01-31T12:00:00Z,"));
  EXPECT_THAT(csv, HasSubstr(",c1,false,\"a,\"\"b\"\"\",time_ns,ns,0,1.5,h\n"));
  EXPECT_THAT(csv, HasSubstr(",time_ns,ns,1,1e-300,h\n"));
}

TEST(Csv, QuotesWhatNeedsIt) {
  EXPECT_EQ(csv_field("plain"), "plain");
  EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_field("say \"x\""), "\"say \"\"x\"\"\"");
  EXPECT_EQ(csv_field("two\nlines"), "\"two\nlines\"");
}

}  // namespace
}  // namespace woolly::db
