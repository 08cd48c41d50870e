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
  SubjectRun run(subject, {});
  std::vector<std::string> notes;
  run.list_series(record(2), record(3), notes);
  EXPECT_EQ(run.series().size(), 2u);
  EXPECT_THAT(notes, ElementsAre(HasSubstr("k/b2 is new")));
}

TEST(SubjectRun, NarrowsToWhatIsWantedAndExpectsTheNextBlockToBeShorter) {
  const Subject subject = micro_subject("k");
  SubjectRun run(subject, {});
  std::vector<std::string> notes;
  run.list_series(record(4), record(4), notes);
  run.took(8);
  EXPECT_EQ(run.next_block_s(), 8);
  run.narrow_to([](const PairedSeries& s) { return s.key().benchmark == "k/b1"; });
  EXPECT_THAT(run.current().arguments, Contains("^(k/b1)$"));
  EXPECT_EQ(run.next_block_s(), 2);
  run.narrow_to([](const PairedSeries&) { return false; });
  EXPECT_THAT(run.current().arguments, Contains("^(k/b1)$")) << "nothing would be no launch";
}

TEST(SubjectRun, AProgramThatCannotBeCutStaysWhole) {
  const Subject subject{"tiny", std::string(kBenchProgram), {"-m", "tiny.gguf"}};
  SubjectRun run(subject, {});
  std::vector<std::string> notes;
  run.list_series(record(4), record(4), notes);
  run.took(8);
  run.narrow_to([](const PairedSeries& s) { return s.key().benchmark == "k/b1"; });
  EXPECT_EQ(run.current().arguments, subject.arguments);
  EXPECT_EQ(run.next_block_s(), 8);
}

TEST(SubjectRun, AnswersAreComparedAcrossArmsAndLaunches) {
  const Subject subject = micro_subject("k");
  SubjectRun run(subject, {});
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
  SubjectRun run(subject, {});
  EXPECT_FALSE(run.fail("crashed"));
  std::vector<std::string> notes;
  run.list_series(record(1), record(1), notes);
  EXPECT_TRUE(run.fail("crashed"));
  EXPECT_EQ(run.series()[0].outcome().reason, "crashed");
}

}  // namespace
}  // namespace woolly::gate
