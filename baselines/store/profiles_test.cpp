#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "baselines/store/store.h"
#include "baselines/store/test_records.h"
#include "engine/base/test_support.h"

namespace woolly::store {
namespace {

TEST(Profiles, AreStoredWithTheirRun) {
  const test::TemporaryFolder folder;
  Store store = Store::open(folder.path() / "w.db");
  samples::Record record = example_record();
  record.profiles = {
      {"a/second", {{"decode", "output", -1, 3, 0.5, 1e9, 2e9}}},
      {"z/first",
       {{"prefill", "qkv", 0, 1, 0.25, 10, 20}, {"decode", "qkv", 1, 7, 0.125, 30, 40}}}};
  const RunId with = store.add(record);
  const RunId without = store.add(example_record());
  const samples::Record back = store.run(with);
  EXPECT_EQ(samples::to_json(back)["profiles"], samples::to_json(record)["profiles"]);
  EXPECT_EQ(back.profiles.at(0).entries.at(0).layer, -1);
  EXPECT_TRUE(store.run(without).profiles.empty());
}

}  // namespace
}  // namespace woolly::store
