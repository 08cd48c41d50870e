#include "ci/gate/imported.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <woolly/error.h>

#include "engine/base/file.h"
#include "engine/base/test_support.h"

namespace woolly::gate {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ImportedTest : public ::testing::Test {
 protected:
  samples::Record read(const std::string& text, std::optional<bool> higher = std::nullopt) {
    write_file_atomically(folder / "f.json", text);
    return imported_record("--import-base", (folder / "f.json").string(), higher, outcome);
  }
  std::string refusal(const std::string& text) {
    try {
      read(text);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kUsage);
      EXPECT_EQ(error.message().find('\n'), std::string::npos);
      EXPECT_THAT(error.message(), HasSubstr("--import-base"));
      return error.message();
    }
    return "accepted";
  }

  woolly::test::TemporaryFolder folder;
  Outcome outcome;
};

TEST_F(ImportedTest, ReadsWhatAToolWrote) {
  const samples::Record record = read(R"({"context": {"num_cpus": 2}, "benchmarks": [
      {"name": "a", "real_time": 2, "cpu_time": NaN, "time_unit": "us"},
      {"name": "b", "error_occurred": true, "error_message": "no luck"}]})");
  ASSERT_THAT(record.results, SizeIs(1));
  EXPECT_EQ(record.results[0].samples[0], 2000);
  EXPECT_THAT(outcome.notes, ElementsAre(HasSubstr("b failed: no luck"), HasSubstr("1 values")));
}

TEST_F(ImportedTest, ADirectionCanBeGiven) {
  const char* points = R"([{"name": "a", "unit": "points", "value": 7}])";
  EXPECT_THAT(refusal(points), HasSubstr("does not tell"));
  EXPECT_EQ(read(points, true).results[0].metric, "score");
}

TEST_F(ImportedTest, RefusesWhatIsNotOneRun) {
  EXPECT_THAT(refusal("{"), HasSubstr("not JSON"));
  EXPECT_THAT(refusal("{}"), HasSubstr("neither"));
  const std::string test =
      R"("n_prompt": 1, "n_gen": 0, "model_type": "m", "samples_ts": [1], "n_threads": )";
  EXPECT_THAT(refusal("[{" + test + "1}, {" + test + "2}]"), HasSubstr("holds 2 runs"));
  EXPECT_THROW(imported_record("--import-head", "/no/such/file", std::nullopt, outcome), Error);
}

TEST_F(ImportedTest, WithoutAMachineComparabilityIsTakenOnTrust) {
  samples::Record named;
  named.environment = {{"cpu_model", "A CPU"}};
  samples::Record nameless;
  nameless.environment = {{"commit", "c1"}, {"note.host_name", "box"}};
  note_unknown_machine(named, named, outcome);
  EXPECT_THAT(outcome.notes, IsEmpty());
  note_unknown_machine(named, nameless, outcome);
  EXPECT_THAT(outcome.notes, SizeIs(1));
}

}  // namespace
}  // namespace woolly::gate
