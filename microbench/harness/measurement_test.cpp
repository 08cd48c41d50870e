#include "microbench/harness/measurement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "microbench/harness/table.h"

namespace woolly::micro {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

const Measurement kMoved{"copy/U8/x/n1", {10, 30, 20},    {1e9, 2e9, 3e9},
                         {0, 0, 0},      {0.5, 0.4, 0.6}, {}};

TEST(Measurement, MetricsWithoutACostAreLeftOut) {
  const samples::Record record = to_record({kMoved}, {{"isa", "avx2"}}, "2026-01-31T12:00:00Z");
  ASSERT_THAT(record.results, SizeIs(3));
  EXPECT_THAT(record.results[0].samples, ElementsAre(10, 30, 20));
  EXPECT_EQ(record.results[1].metric, "bytes_per_second");
  EXPECT_EQ(record.results[2].metric, "roof_fraction");
  EXPECT_EQ(record.environment.at("isa"), "avx2");
}

TEST(Measurement, ARowSaysWhichRoofItMeans) {
  const std::string memory =
      table_row(kMoved, {.bytes = 40, .flops = 0, .bound = Bound::kMemory, .threads = 1}, 20);
  EXPECT_THAT(memory, HasSubstr("20.0 ns"));
  EXPECT_THAT(memory, HasSubstr("2.00"));  // 40 B in 20 ns
  EXPECT_THAT(memory, HasSubstr("0.50 read"));
  EXPECT_THAT(
      table_row(kMoved, {.bytes = 40, .flops = 8, .bound = Bound::kCompute, .threads = 1}, 20),
      HasSubstr("0.50 f32"));
}

TEST(Roofs, AreMeasuredOnceForEachThreadCount) {
  int calls = 0;
  Roofs roofs([&](int threads) {
    ++calls;
    Roofline roof{};
    roof.read_gbps = 10.0 * threads;
    roof.f32_gflops = 100.0 * threads;
    roof.int8_gops = 400.0 * threads;
    roof.bf16_gflops = 200.0 * threads;
    return roof;
  });
  roofs.measure(1);
  roofs.measure(2);
  roofs.measure(1);
  EXPECT_EQ(calls, 2);
  const Cost memory{.bytes = 1e9, .flops = 5, .bound = Bound::kMemory, .threads = 2};
  EXPECT_DOUBLE_EQ(roofs.fraction(memory, 0.1), 0.5);
  const Cost compute{.bytes = 1, .flops = 1e9, .bound = Bound::kCompute, .threads = 1};
  EXPECT_DOUBLE_EQ(roofs.fraction(compute, 0.1), 0.1);
  const Cost int8{.bytes = 1, .flops = 1e9, .bound = Bound::kInt8, .threads = 2};
  EXPECT_DOUBLE_EQ(roofs.fraction(int8, 0.1), 0.0125);
  const Cost bf16{.bytes = 1, .flops = 1e9, .bound = Bound::kBf16, .threads = 2};
  EXPECT_DOUBLE_EQ(roofs.fraction(bf16, 0.1), 0.025);
  EXPECT_THAT(roof_notes(roofs), SizeIs(4));
}

}  // namespace
}  // namespace woolly::micro
