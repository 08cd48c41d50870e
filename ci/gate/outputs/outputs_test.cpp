#include "ci/gate/outputs/outputs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>

#include "ci/gate/outputs/test_conclusions.h"
#include "engine/base/file.h"

namespace woolly::gate {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

// Sets the variable that names the job summary, and takes it away again.
class JobSummary {
 public:
  explicit JobSummary(const std::string& path) { ::setenv("GITHUB_STEP_SUMMARY", path.c_str(), 1); }
  ~JobSummary() { ::unsetenv("GITHUB_STEP_SUMMARY"); }
  JobSummary(const JobSummary&) = delete;
  JobSummary& operator=(const JobSummary&) = delete;
};

TEST(Outputs, AMissingFolderIsFoundBeforeAnythingIsMeasured) {
  for (std::string OutputOptions::*file : {&OutputOptions::markdown, &OutputOptions::junit,
                                           &OutputOptions::sarif, &OutputOptions::openmetrics}) {
    OutputOptions options;
    EXPECT_NO_THROW(require_writable(options));
    options.*file = "here.txt";
    EXPECT_NO_THROW(require_writable(options));
    options.*file = "/no/such/folder/file";
    EXPECT_THROW(require_writable(options), Error);
  }
}

TEST(Outputs, WritesWhatIsAskedFor) {
  const woolly::test::TemporaryFolder folder;
  OutputOptions options;
  options.junit = (folder / "gate.xml").string();
  options.sarif = (folder / "gate.sarif").string();
  options.openmetrics = (folder / "gate.prom").string();
  write_files(test::regressed_and_unchanged(), options);
  EXPECT_THAT(read_file(folder / "gate.xml"), StartsWith("<?xml"));
  EXPECT_THAT(read_file(folder / "gate.sarif"), HasSubstr("\"2.1.0\""));
  EXPECT_THAT(read_file(folder / "gate.prom"), HasSubstr("# EOF\n"));
  EXPECT_FALSE(std::filesystem::exists(folder / "gate.md"));
}

TEST(Outputs, TheJobSummaryIsAppendedTo) {
  const woolly::test::TemporaryFolder folder;
  const JobSummary summary((folder / "summary.md").string());
  write_file_atomically(folder / "summary.md", "before\n");
  OutputOptions options;
  write_files(test::regressed_and_unchanged(), options);
  EXPECT_EQ(read_file(folder / "summary.md"), "before\n");
  options.github = true;
  write_files(test::regressed_and_unchanged(), options);
  EXPECT_THAT(read_file(folder / "summary.md"), StartsWith("before\n### Woolly gate: REGRESSED"));
  const JobSummary nowhere("/no/such/folder/summary");
  EXPECT_THROW(write_files(test::regressed_and_unchanged(), options), Error);
}

TEST(Outputs, AnnotationsLeaveJsonAlone) {
  OutputOptions options;
  options.github = true;
  std::ostringstream out;
  std::ostringstream err;
  print(test::regressed_and_unchanged(), options, false, out, err);
  EXPECT_THAT(out.str(), HasSubstr("\n::error title="));
  EXPECT_THAT(err.str(), IsEmpty());
  options.json = true;
  out.str("");
  print(test::regressed_and_unchanged(), options, false, out, err);
  EXPECT_THAT(out.str(), Not(HasSubstr("::error")));
  EXPECT_THAT(err.str(), StartsWith("::error title="));
}

}  // namespace
}  // namespace woolly::gate
