#include "ci/gate/quality.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include <woolly/error.h>

#include "ci/gate/test_programs.h"
#include "engine/base/file.h"

namespace woolly::gate {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class QualityTest : public ::testing::Test {
 protected:
  QualityTest() {
    options.text = (folder / "prose.txt").string();
    write_file_atomically(options.text, "some text");
  }

  void program(const char* arm, const std::string& body) {
    test::write_script(folder / arm / "woolly", body);
  }
  void build(const char* arm, double perplexity, double divergence) {
    program(arm, fmt::format("[ \"$1 $2 $3\" = 'perplexity -m a/tiny.gguf' ] || exit 9\n"
                             "echo '{{\"perplexity\": {}, \"kl_divergence\": {{\"mean\": {}}}}}'",
                             perplexity, divergence));
  }
  Outcome check() {
    Outcome outcome;
    std::ostringstream ignored;
    Progress progress(ignored, false);
    check_quality(options, {"a/tiny.gguf"}, folder / "base", folder / "head", progress, outcome);
    return outcome;
  }

  woolly::test::TemporaryFolder folder;
  QualityOptions options;
};

const SeriesOutcome& series(const Outcome& outcome, const std::string& metric) {
  for (const SeriesOutcome& series : outcome.series) {
    if (series.key.metric == metric) return series;
  }
  throw std::out_of_range(metric);
}

TEST_F(QualityTest, ARiseBeyondTheMarginIsARegression) {
  build("base", 6.0, 0.004);
  build("head", 6.0 * 1.006, 0.004 * 1.004);
  const Outcome outcome = check();
  EXPECT_THAT(outcome.failures, IsEmpty());
  ASSERT_THAT(outcome.series, SizeIs(2));
  EXPECT_EQ(series(outcome, "perplexity").state, State::kRegressed);
  EXPECT_EQ(series(outcome, "perplexity").key.benchmark, "quality/tiny/prose");
  EXPECT_NEAR(series(outcome, "perplexity").estimate, std::log(1.006), 1e-6);
  EXPECT_EQ(series(outcome, "kl_divergence").state, State::kUnchanged);
  EXPECT_EQ(exit_code(outcome, InconclusivePolicy::kReport), ExitCode::kRegression);
}

TEST_F(QualityTest, LessIsBetterAndEqualIsUnchanged) {
  build("base", 6.0, 0.004);
  build("head", 6.0, 0.002);
  const Outcome outcome = check();
  EXPECT_EQ(series(outcome, "perplexity").state, State::kUnchanged);
  EXPECT_EQ(series(outcome, "perplexity").estimate, 0);
  EXPECT_EQ(series(outcome, "kl_divergence").state, State::kImproved);
  EXPECT_EQ(exit_code(outcome, InconclusivePolicy::kReport), ExitCode::kOk);
}

TEST_F(QualityTest, DivergencesOfNothingAreEqual) {
  build("base", 6.0, 0);
  build("head", 6.0, 9e-6);
  EXPECT_EQ(series(check(), "kl_divergence").state, State::kUnchanged);
  build("head", 6.0, 2e-5);
  EXPECT_EQ(series(check(), "kl_divergence").state, State::kRegressed);
}

TEST_F(QualityTest, WhatABuildCannotDoFailsTheGate) {
  build("base", 6.0, 0.004);
  program("head", "echo 'model.gguf: not a GGUF file' >&2; exit 2");
  Outcome outcome = check();
  EXPECT_THAT(outcome.series, IsEmpty());
  EXPECT_THAT(outcome.failures,
              Contains(HasSubstr("head: woolly perplexity of tiny.gguf: exit code 2: model.gguf")));
  program("head", "echo hello");
  EXPECT_THAT(check().failures, Contains(HasSubstr("not what woolly perplexity --json prints")));
  EXPECT_EQ(exit_code(check(), InconclusivePolicy::kReport), ExitCode::kBenchmarkFailed);
}

TEST_F(QualityTest, WithoutATextNothingRuns) {
  options.text = "";
  EXPECT_THAT(check().series, IsEmpty());
  EXPECT_NO_THROW(require_quality(options, {}));
}

TEST_F(QualityTest, NamesWhatIsMissing) {
  EXPECT_NO_THROW(require_quality(options, {"a/tiny.gguf"}));
  EXPECT_THROW(require_quality(options, {}), Error);
  options.kl_base = (folder / "no.gguf").string();
  EXPECT_THROW(require_quality(options, {"a/tiny.gguf"}), Error);
  options.text = (folder / "no.txt").string();
  EXPECT_THROW(require_quality(options, {"a/tiny.gguf"}), Error);
}

}  // namespace
}  // namespace woolly::gate
