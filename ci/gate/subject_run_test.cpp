#include "ci/gate/subject_run.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace woolly::gate {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

samples::Record record(int benchmarks, const std::string& answer = "aaaaaaaaaaaaaaaa") {
  samples::Record record{"woolly-micro", "2026-01-31T12:00:00Z", {}, {}};
  for (int i = 0; i < benchmarks; ++i) {
    record.results.push_back({fmt::format("k/b{}", i), "time_ns", "ns", {100}, answer});
  }
  return record;
}

TEST(SubjectRun, ListsWhatBaseMeasuresAndNotesTheRest) {
  const Subject subject = micro_subject("k");
  SubjectRun run(subject, false);
  std::vector<std::string> notes;
  run.list_series(record(2), record(3), notes);
  EXPECT_EQ(run.series().size(), 2u);
  EXPECT_THAT(notes, ElementsAre(HasSubstr("k/b2 is new")));
}

TEST(SubjectRun, SplitsIntoOneRunPerBenchmark) {
  const Subject subject = micro_subject("k");
  SubjectRun run(subject, false);
  std::vector<std::string> notes;
  run.list_series(record(4), record(4), notes);
  run.check_answers(Arm::kBase, record(4), notes);
  run.block_s = 8;
  std::vector<SubjectRun> runs = run.split();
  ASSERT_EQ(runs.size(), 4u);
  EXPECT_EQ(runs[1].name(), "k/b1");
  EXPECT_THAT(runs[1].subject().arguments, Contains("^k/b1$"));
  EXPECT_EQ(runs[1].series().size(), 1u);
  EXPECT_TRUE(runs[1].open);
  EXPECT_EQ(runs[1].block_s, 2);
  runs[1].check_answers(Arm::kHead, record(4, "bbbbbbbbbbbbbbbb"), notes);
  EXPECT_EQ(runs[1].series()[0].outcome().state, State::kFailed) << "it knows base's answer";
}

TEST(SubjectRun, AProgramThatCannotBeCutStaysWhole) {
  SubjectRun run({"tiny", std::string(kBenchProgram), {"-m", "tiny.gguf"}}, false);
  std::vector<std::string> notes;
  run.list_series(record(4), record(4), notes);
  EXPECT_THAT(run.split(), IsEmpty());
}

TEST(SubjectRun, AnswersAreComparedAcrossArmsAndLaunches) {
  const Subject subject = micro_subject("k");
  SubjectRun run(subject, false);
  std::vector<std::string> notes;
  run.list_series(record(1), record(1), notes);
  run.check_answers(Arm::kBase, record(1), notes);
  run.check_answers(Arm::kHead, record(1), notes);
  EXPECT_FALSE(run.series()[0].decided());
  run.check_answers(Arm::kHead, record(1, "bbbbbbbbbbbbbbbb"), notes);
  EXPECT_EQ(run.series()[0].outcome().state, State::kFailed);
  EXPECT_THAT(notes, IsEmpty());
}

TEST(SubjectRun, AFailureWithoutSeriesHasNoneToCarryIt) {
  const Subject subject = micro_subject("k");
  SubjectRun run(subject, false);
  EXPECT_FALSE(run.fail("crashed"));
  std::vector<std::string> notes;
  run.list_series(record(1), record(1), notes);
  EXPECT_TRUE(run.fail("crashed"));
  EXPECT_EQ(run.series()[0].outcome().reason, "crashed");
}

}  // namespace
}  // namespace woolly::gate
