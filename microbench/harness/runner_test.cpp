#include "microbench/harness/runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include <woolly/error.h>

#include "baselines/samples/samples.h"
#include "baselines/store/store.h"
#include "engine/base/file.h"
#include "engine/base/test_support.h"

namespace woolly::micro {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

Roofline round_roof(int /*threads*/) {
  Roofline roof{};
  roof.read_gbps = 10;
  roof.f32_gflops = 100;
  return roof;
}

// A kernel that adds up; `wrong` makes it add wrongly.
Workload adder(bool wrong) {
  const auto sum = std::make_shared<int>(0);
  return {[sum, wrong] {
            *sum = wrong ? 41 : 42;
            return *sum == 42 ? std::string() : std::string("sum is 41, expected 42");
          },
          [sum] { *sum += 1; }};
}

class Runner : public ::testing::Test {
 protected:
  Runner() {
    options_.repetitions = 3;
    options_.min_time_seconds = 1e-4;
    options_.json = true;
    add("add/I32/right/n1", [] { return adder(false); });
    add("add/I32/right/n2", [] { return adder(false); });
  }

  void add(const char* name, std::function<Workload()> prepare) {
    suite_.cases.push_back({name,
                            {.bytes = 8, .flops = 2, .bound = Bound::kCompute, .threads = 1},
                            std::move(prepare)});
  }

  struct Outcome {
    int exit_code;
    std::string out;
    std::string err;
  };
  Outcome run() {
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    const int exit_code = run_micro(options_, suite_, round_roof);
    std::string out = ::testing::internal::GetCapturedStdout();
    return {exit_code, std::move(out), ::testing::internal::GetCapturedStderr()};
  }

  Context context_{1};
  Suite suite_{context_, {}};
  MicroOptions options_;
  test::TemporaryFolder folder_;
};

TEST_F(Runner, JsonIsARecordWithASampleForEachRepetition) {
  const Outcome outcome = run();
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  const samples::Record record =
      samples::from_json(nlohmann::json::parse(outcome.out), "woolly-micro --json");
  EXPECT_EQ(record.producer, "woolly-micro");
  EXPECT_EQ(record.environment.at("threads"), "1");
  EXPECT_EQ(record.environment.at("isa"), isa_name(context_.isa));
  EXPECT_TRUE(record.environment.contains("pages") && record.environment.contains("openblas"));
  EXPECT_EQ(record.environment.at("note.roof_1t_read_gbps"), "10.00");
  ASSERT_THAT(record.results, SizeIs(2 * 4));
  for (const samples::Result& result : record.results) {
    EXPECT_THAT(result.samples, SizeIs(3)) << result.metric;
    EXPECT_NO_THROW(samples::higher_is_better(result.metric, result.unit)) << result.metric;
  }
  EXPECT_EQ(record.results[0].benchmark, "add/I32/right/n1");
  EXPECT_EQ(record.results[0].metric, "time_ns");
  EXPECT_FALSE(samples::higher_is_better("time_ns", "ns"));
  EXPECT_TRUE(samples::higher_is_better("flops", "FLOP/s"));
  // 2 FLOP a call against a roof of 100 GFLOP/s.
  const double time_ns = record.results[0].samples[0];
  EXPECT_NEAR(record.results[3].samples[0] * time_ns, 2.0 / 100, 1e-6);
}

TEST_F(Runner, WithoutARoofThereIsNoFractionOfIt) {
  options_.no_roof = true;
  const Outcome outcome = run();
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  const samples::Record record =
      samples::from_json(nlohmann::json::parse(outcome.out), "woolly-micro --json");
  EXPECT_THAT(record.results, SizeIs(2 * 3));
  EXPECT_FALSE(record.environment.contains("note.roof_1t_read_gbps"));
}

// Against the roof of 10 GB/s measured before, a petabyte a call would be millions of roofs.
TEST_F(Runner, AWorkloadThatReadsIsHeldAgainstItsOwnReads) {
  const auto reads = std::make_shared<int>(0);
  suite_.cases.clear();
  suite_.add("add", "I32", "reads", "n1", {.bytes = 1e15, .flops = 0, .bound = Bound::kMemory},
             [reads] {
               Workload workload = adder(false);
               workload.read = [reads] { ++*reads; };
               return workload;
             });
  const samples::Record record =
      samples::from_json(nlohmann::json::parse(run().out), "woolly-micro --json");
  EXPECT_GT(*reads, 0);
  EXPECT_EQ(record.results.back().metric, "roof_fraction");
  EXPECT_LT(record.results.back().samples[0], 1000);

  *reads = 0;
  options_.no_roof = true;
  run();
  EXPECT_EQ(*reads, 0);
}

TEST_F(Runner, AWrongResultIsNamedAndExits4WhileTheOthersAreKept) {
  add("add/I32/wrong/n1", [] { return adder(true); });
  options_.database = folder_.path() / "micro.db";
  const Outcome outcome = run();
  EXPECT_EQ(outcome.exit_code, 4);
  EXPECT_THAT(outcome.err, HasSubstr("add/I32/wrong/n1: wrong result: sum is 41, expected 42"));
  const auto stored = store::Store::open_existing(*options_.database);
  const auto latest = stored.latest_run("woolly-micro");
  ASSERT_TRUE(latest);
  const samples::Record record = stored.run(*latest);
  EXPECT_THAT(record.results, Contains(Field(&samples::Result::benchmark, "add/I32/right/n1")));
  EXPECT_THAT(record.results,
              Not(Contains(Field(&samples::Result::benchmark, "add/I32/wrong/n1"))));
}

TEST_F(Runner, NothingIsStoredWhenNothingWasMeasured) {
  suite_.cases.clear();
  add("add/I32/wrong/n1", [] { return adder(true); });
  options_.database = folder_.path() / "micro.db";
  EXPECT_EQ(run().exit_code, 4);
  EXPECT_THAT(store::Store::open_existing(*options_.database).runs(), IsEmpty());
}

TEST_F(Runner, AWorkloadThatCannotBePreparedFails) {
  add("add/I32/none/n1", []() -> Workload { throw std::runtime_error("no input"); });
  const Outcome outcome = run();
  EXPECT_EQ(outcome.exit_code, 4);
  EXPECT_THAT(outcome.err, HasSubstr("add/I32/none/n1: cannot be prepared: no input"));
}

TEST_F(Runner, WorkloadsArePreparedOnceAndOneAtATime) {
  suite_.cases.clear();
  int prepared = 0;
  std::weak_ptr<int> latest;
  for (const char* name : {"a/F32/v/n1", "b/F32/v/n1"}) {
    add(name, [&prepared, &latest] {
      ++prepared;
      EXPECT_TRUE(latest.expired()) << "the previous workload still holds its memory";
      const auto held = std::make_shared<int>(0);
      latest = held;
      return Workload{[held] { return std::string(); }, [held] { *held += 1; }};
    });
  }
  EXPECT_EQ(run().exit_code, 0);
  EXPECT_EQ(prepared, 2);
}

TEST_F(Runner, FilterChoosesByRegularExpression) {
  EXPECT_THAT(select_cases(suite_, ""), SizeIs(2));
  EXPECT_THAT(select_cases(suite_, "n2$"), SizeIs(1));
  EXPECT_THAT(select_cases(suite_, "^add/.*/n[12]"), SizeIs(2));
}

TEST_F(Runner, AFilterThatMatchesNothingIsAUsageError) {
  for (const char* filter : {"nothing", "("}) {
    try {
      select_cases(suite_, filter);
      ADD_FAILURE() << filter;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kUsage);
      EXPECT_THAT(error.message(), HasSubstr(filter));
    }
  }
  options_.benchmark_flags = {"--benchmark_filter=nothing"};
  ::testing::internal::CaptureStderr();
  EXPECT_THROW(run_micro(options_, suite_, round_roof), Error);
  ::testing::internal::GetCapturedStderr();
}

TEST_F(Runner, ListPrintsNamesAndMeasuresNothing) {
  options_.filter = "n2";
  options_.list = true;
  EXPECT_EQ(run().out, "add/I32/right/n2\n");
  options_.list = false;
  options_.benchmark_flags = {"--benchmark_list_tests=true"};
  EXPECT_EQ(run().out, "add/I32/right/n2\n");
}

TEST_F(Runner, TheTableHasARowForEachBenchmark) {
  options_.json = false;
  const Outcome outcome = run();
  EXPECT_THAT(outcome.out, HasSubstr("of the roof\nadd/I32/right/n1 "));
  EXPECT_THAT(outcome.out, HasSubstr("\nadd/I32/right/n2 "));
  EXPECT_THAT(outcome.err, HasSubstr("roof of 1 thread: read 10.0 GB/s, f32 100 GFLOP/s"));
}

TEST_F(Runner, GoogleBenchmarksFlagsArePassedOn) {
  const auto out = folder_.path() / "out.json";
  options_.benchmark_flags = {"--benchmark_out=" + out.string(), "--benchmark_repetitions=2"};
  EXPECT_EQ(run().exit_code, 0);
  const auto json = nlohmann::json::parse(read_file(out));
  EXPECT_EQ(json["benchmarks"][0]["name"], "add/I32/right/n1");
  EXPECT_EQ(json["benchmarks"][0]["repetitions"], 2);
  EXPECT_TRUE(json["benchmarks"][0].contains("roof_fraction"));

  options_.benchmark_flags = {"--benchmark_no_such_flag=1"};
  EXPECT_THROW(run_micro(options_, suite_, round_roof), Error);
}

TEST(TakeBenchmarkFlags, LeavesTheRestInOrder) {
  std::vector<std::string> arguments{"woolly-micro", "--benchmark_out=x", "--json",
                                     "--benchmark_v=1", "--list"};
  EXPECT_THAT(take_benchmark_flags(arguments), ElementsAre("--benchmark_out=x", "--benchmark_v=1"));
  EXPECT_THAT(arguments, ElementsAre("woolly-micro", "--json", "--list"));
}

}  // namespace
}  // namespace woolly::micro
