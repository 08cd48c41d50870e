#include "e2e/driver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "e2e/fake_launch.h"
#include "engine/base/process.h"

namespace woolly::e2e {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

BenchmarkRun run(const test::FakeLaunch& fake, DriverOptions options = {}) {
  options.executable = fake.executable();
  if (!options.drop_cache) options.drop_cache = drop_page_cache;
  return run_benchmark(fake.benchmark(), options);
}

DriverOptions warm_only() {
  DriverOptions options;
  options.cold_launches = 0;
  return options;
}

TEST(Driver, EveryLaunchIsAProcess) {
  const test::FakeLaunch fake;
  DriverOptions options = warm_only();
  int seen = 0;
  options.on_launch = [&](const LaunchReport& report) {
    EXPECT_EQ(report.model.name, "fake");
    ++seen;
  };
  const BenchmarkRun result = run(fake, options);
  EXPECT_THAT(result.launches, SizeIs(3));
  EXPECT_EQ(fake.launches_started(), 3);
  EXPECT_EQ(seen, 3);
  EXPECT_FALSE(result.failed()) << result.failure;
  EXPECT_FALSE(result.interrupted);
  EXPECT_THAT(result.load_cold_ms, IsEmpty());
}

TEST(Driver, TellsTheLaunchWhatToDo) {
  test::FakeLaunch fake;
  fake.benchmark().launches = 1;
  fake.benchmark().options = {{"gemm", "blas"}};
  run(fake, warm_only());
  const std::string arguments = read_file(fake / "arguments");
  EXPECT_THAT(arguments, HasSubstr("launch --model=" + fake.benchmark().model));
  EXPECT_THAT(arguments, HasSubstr("--pp=64 --tg=4 --depth=0"));
  EXPECT_THAT(arguments, HasSubstr("--opt=gemm=blas"));
}

TEST(Driver, CrashIsAFailureWithTheTailOfStderr) {
  const test::FakeLaunch fake(R"(if [ $n = 2 ]; then echo 'stack smashed' >&2; kill -SEGV $$; fi)");
  const BenchmarkRun result = run(fake, warm_only());
  EXPECT_EQ(result.failure_code, ExitCode::kBenchmarkFailed);
  EXPECT_THAT(result.failure,
              HasSubstr("e2e/fake-Q4_0/pp64_tg4_d0: launch 2 of 3: killed by signal 11"));
  EXPECT_THAT(result.failure, HasSubstr("stack smashed"));
  EXPECT_EQ(fake.launches_started(), 2);
}

TEST(Driver, RefusalOfTheLaunchIsAUsageError) {
  const test::FakeLaunch fake("echo 'woolly-bench: bad.gguf: no GGUF file' >&2; exit 2");
  const BenchmarkRun result = run(fake, warm_only());
  EXPECT_EQ(result.failure_code, ExitCode::kUsage);
  EXPECT_THAT(result.failure, HasSubstr("bad.gguf: no GGUF file"));
}

TEST(Driver, OtherTokensAreAFailureThatNamesTheLaunch) {
  const test::FakeLaunch fake(
      R"(if [ $n = 3 ]; then sed 's/0123456789abcdef/fedcba9876543210/' "$here/report.json"; exit 0; fi)");
  const BenchmarkRun result = run(fake, warm_only());
  EXPECT_EQ(result.failure_code, ExitCode::kBenchmarkFailed);
  EXPECT_THAT(result.failure, HasSubstr("launch 3 of 3: other tokens than launch 1"));
  EXPECT_THAT(result.failure, HasSubstr("fedcba9876543210"));
}

TEST(Driver, TokensOtherThanExpectedAreAFailure) {
  test::FakeLaunch fake;
  fake.benchmark().expected_hash = "0123456789abcdef";
  EXPECT_FALSE(run(fake, warm_only()).failed());
  fake.benchmark().expected_hash = "ffffffffffffffff";
  const BenchmarkRun result = run(fake, warm_only());
  EXPECT_EQ(result.failure_code, ExitCode::kBenchmarkFailed);
  EXPECT_THAT(result.failure, HasSubstr("launch 1 of 3: wrong answer"));
}

TEST(Driver, AnotherModelFileDuringTheRunIsAFailure) {
  const test::FakeLaunch fake(
      R"(if [ $n = 2 ]; then sed 's/deadbeef/cafecafe/' "$here/report.json"; exit 0; fi)");
  EXPECT_THAT(run(fake, warm_only()).failure, HasSubstr("launch 2 of 3: the model file changed"));
}

TEST(Driver, GarbageIsAFailure) {
  EXPECT_THAT(run(test::FakeLaunch("echo hello; exit 0"), warm_only()).failure,
              HasSubstr("launch 1 of 3: printed 'hello"));
  EXPECT_THAT(run(test::FakeLaunch("exit 0"), warm_only()).failure, HasSubstr("printed no report"));
}

TEST(Driver, TimeLimitIsAFailure) {
  DriverOptions options = warm_only();
  options.timeout_s = 0.2;
  const BenchmarkRun result = run(test::FakeLaunch("exec sleep 600"), options);
  EXPECT_EQ(result.failure_code, ExitCode::kBenchmarkFailed);
  EXPECT_THAT(result.failure, HasSubstr("time limit"));
}

TEST(Driver, InterruptKeepsTheFinishedLaunches) {
  const test::FakeLaunch fake("if [ $n = 2 ]; then kill -INT $PPID; exec sleep 600; fi");
  const InterruptGuard guard;
  const BenchmarkRun result = run(fake, warm_only());
  EXPECT_TRUE(result.interrupted);
  EXPECT_FALSE(result.failed()) << result.failure;
  EXPECT_THAT(result.launches, SizeIs(1));
  EXPECT_EQ(fake.launches_started(), 2);
}

TEST(Driver, ColdLaunchesOnlyLoad) {
  const test::FakeLaunch fake;
  DriverOptions options;
  int drops = 0;
  options.drop_cache = [&](const std::filesystem::path& path) {
    EXPECT_EQ(path, fake.benchmark().model);
    ++drops;
    return true;
  };
  options.cold_launches = 2;
  const BenchmarkRun result = run(fake, options);
  EXPECT_THAT(result.load_cold_ms, ElementsAre(90, 90));
  EXPECT_EQ(drops, 2);
  EXPECT_THAT(result.notes, IsEmpty());
}

TEST(Driver, PackedWeightsAreBuiltBeforeTheFirstLaunchAndDroppedBeforeColdOnes) {
  test::FakeLaunch fake;
  fake.benchmark().cache_packed = (fake / "packed").string();
  std::filesystem::create_directory(fake / "packed");
  write_file_atomically(fake / "packed" / "0.panels1", "packed");
  DriverOptions options;
  options.cold_launches = 1;
  std::vector<std::filesystem::path> dropped;
  options.drop_cache = [&](const std::filesystem::path& path) {
    dropped.push_back(path);
    return true;
  };
  const BenchmarkRun result = run(fake, options);
  EXPECT_FALSE(result.failed()) << result.failure;
  EXPECT_EQ(fake.launches_started(), 5);
  EXPECT_THAT(dropped, ElementsAre(fake.benchmark().model, fake / "packed" / "0.panels1"));
  const std::string arguments = read_file(fake / "arguments");
  EXPECT_THAT(arguments.substr(0, arguments.find('\n')), HasSubstr("--load-only"));
  EXPECT_THAT(arguments, HasSubstr("--cache-packed=" + fake.benchmark().cache_packed));
}

TEST(Driver, SaysWhyThereIsNoColdFigure) {
  const test::FakeLaunch fake;
  DriverOptions options;
  options.drop_cache = [](const std::filesystem::path&) { return false; };
  const BenchmarkRun result = run(fake, options);
  EXPECT_FALSE(result.failed());
  EXPECT_THAT(result.load_cold_ms, IsEmpty());
  EXPECT_THAT(result.notes, ElementsAre(HasSubstr("no load_cold_ms")));
  EXPECT_EQ(fake.launches_started(), 3);
}

TEST(Driver, MissingModelAndExecutableAreUsageErrors) {
  test::FakeLaunch fake;
  DriverOptions options = warm_only();
  options.executable = "/nowhere/woolly-bench";
  EXPECT_THROW(run_benchmark(fake.benchmark(), options), Error);
  fake.benchmark().model = "/nowhere/model.gguf";
  EXPECT_THROW(run(fake, warm_only()), Error);
}

}  // namespace
}  // namespace woolly::e2e
