#include "baselines/import/hyperfine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "baselines/import/test_documents.h"

namespace woolly::import {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Hyperfine, TimesBecomeMilliseconds) {
  const Imported imported = import_text(kHyperfine, kSource, std::nullopt);
  const samples::Record& record = imported.runs.at(0).record;
  EXPECT_EQ(record.started_at, kSource.default_time);
  ASSERT_EQ(record.results.size(), 3U);
  EXPECT_EQ(record.results[0].benchmark, "hyperfine/sort big");
  EXPECT_EQ(record.results[0].metric, "wall_ms");
  EXPECT_THAT(record.results[0].samples, ElementsAre(240, 260, 250));
  EXPECT_EQ(record.results[1].metric, "max_rss_bytes");
  EXPECT_THAT(record.results[1].samples, ElementsAre(4096, 8192, 4096));
  EXPECT_THAT(record.results[2].samples, ElementsAre(500));  // the median of "sort -r big"
}

TEST(Hyperfine, WhatFailedOrIsPoorIsTold) {
  EXPECT_THAT(import_text(kHyperfine, kSource, std::nullopt).warnings,
              ElementsAre(HasSubstr("sort -r big: only the median"),
                          HasSubstr("sort none failed: exit code 2")));
  EXPECT_THAT(refusal(R"({"results": [{"command": "x", "mean": 1, "exit_codes": [null]}]})"),
              HasSubstr("a signal ended it"));
}

TEST(Hyperfine, BadInput) {
  const Format format = Format::kHyperfine;
  EXPECT_THAT(refusal("[]", format), HasSubstr("results"));
  EXPECT_THAT(refusal(R"({"results": 3})", format), HasSubstr("results"));
  EXPECT_THAT(refusal(R"({"results": []})", format), HasSubstr("no command"));
  EXPECT_THAT(refusal(R"({"results": [7]})", format), HasSubstr("results[0]"));
  EXPECT_THAT(refusal(R"({"results": [{"command": "x"}]})", format), HasSubstr("median"));
  EXPECT_THAT(refusal(with(kHyperfine, "[0.24, 0.26, 0.25]", "[0.24, \"x\"]")),
              HasSubstr("holds no number"));
  EXPECT_THAT(refusal(with(kHyperfine, "[0.24, 0.26, 0.25]", "3")), HasSubstr("no array"));
}

}  // namespace
}  // namespace woolly::import
