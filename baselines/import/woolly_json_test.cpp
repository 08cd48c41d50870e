#include "baselines/import/woolly_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "baselines/import/test_documents.h"

namespace woolly::import {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string exported(const std::string& runs) {
  return R"({"format": "woolly-export", "version": 1, "runs": [)" + runs + "]}";
}

std::string with_baselines(const std::string& list) {
  return with(kWoolly, R"("producer")", R"("baselines": )" + list + R"(, "producer")");
}

TEST(WoollyJson, RecordArrayAndExport) {
  const std::string record = kWoolly;
  for (const auto& [text, runs] : {std::pair<std::string, std::size_t>{record, 1},
                                   {"[" + record + "," + record + "]", 2},
                                   {exported(record), 1}}) {
    const Imported imported = import_text(text, kSource, std::nullopt);
    ASSERT_EQ(imported.runs.size(), runs);
    EXPECT_EQ(imported.runs[0].record.producer, "woolly-bench");
    EXPECT_THAT(imported.runs[0].record.results.at(0).samples, ElementsAre(1, 2, 3));
    EXPECT_TRUE(imported.runs[0].baselines.empty());
  }
}

TEST(WoollyJson, BaselinesAreKept) {
  const Imported imported =
      import_text(exported(with_baselines(R"(["main", {"name": "0.1", "branch": "b"}])")), kSource,
                  std::nullopt);
  const auto& baselines = imported.runs.at(0).baselines;
  ASSERT_EQ(baselines.size(), 2U);
  EXPECT_EQ(baselines[0].name, "main");
  EXPECT_EQ(baselines[0].branch, "");
  EXPECT_EQ(baselines[1].name, "0.1");
  EXPECT_EQ(baselines[1].branch, "b");
}

TEST(WoollyJson, BadInput) {
  const Format format = Format::kWoolly;
  EXPECT_THAT(refusal("7", format), HasSubstr("no record"));
  EXPECT_THAT(refusal("{}", format), HasSubstr("neither a record nor an export"));
  EXPECT_THAT(refusal("[]", format), HasSubstr("no runs"));
  EXPECT_THAT(refusal(exported("")), HasSubstr("no runs"));
  EXPECT_THAT(refusal(R"({"format": "woolly-export", "version": 1})"), HasSubstr("neither"));
  EXPECT_THAT(refusal(R"({"format": "woolly-export", "version": 2, "runs": []})"),
              HasSubstr("version 2"));
  EXPECT_THAT(refusal(exported(std::string(kWoolly) + ", 7")), HasSubstr("run 2"));
  EXPECT_THAT(refusal(with(kWoolly, "[1, 2, 3]", "[1, NaN]")), HasSubstr("samples"));
  EXPECT_THAT(refusal(exported(with_baselines("7"))), HasSubstr("baselines"));
  EXPECT_THAT(refusal(exported(with_baselines(R"([""])"))), HasSubstr("baselines"));
  EXPECT_THAT(refusal(exported(with_baselines(R"([{"name": "a"}])"))), HasSubstr("baselines"));
  EXPECT_THAT(refusal(exported(with_baselines(R"(["a\nb"])"))), HasSubstr("baselines"));
}

}  // namespace
}  // namespace woolly::import
