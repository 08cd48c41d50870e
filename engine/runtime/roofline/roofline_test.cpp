#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include <woolly/error.h>
#include <woolly/roofline.h>

#include "engine/runtime/roofline/bandwidth.h"
#include "engine/runtime/roofline/peaks.h"
#include "engine/runtime/roofline/timing.h"

namespace woolly {
namespace {

using ::testing::Each;
using ::testing::Field;
using ::testing::SizeIs;

RooflineOptions tiny(int threads) {
  RooflineOptions options;
  options.threads = threads;
  options.seconds_per_point = 1e-4;
  options.working_set_bytes = std::size_t{1} << 20;
  return options;
}

bool plausible(double value) { return std::isfinite(value) && value > 0; }

TEST(Roofline, EveryPointIsPlausible) {
  const Roofline r = measure_roofline(tiny(2));
  EXPECT_TRUE(plausible(r.read_gbps) && plausible(r.f32_gflops) && plausible(r.int8_gops));
  ASSERT_FALSE(r.bandwidth.empty());
  double best_read = 0;
  for (const ReadBandwidth& point : r.bandwidth) {
    EXPECT_TRUE(plausible(point.gbps)) << point.pages << point.threads;
    EXPECT_TRUE(point.pages == "4k" || point.pages == "huge") << point.pages;
    best_read = std::max(best_read, point.gbps);
  }
  EXPECT_EQ(r.read_gbps, best_read);
  std::map<std::string, double> best;
  for (const ArithmeticPeak& peak : r.peaks) {
    EXPECT_TRUE(plausible(peak.giga_ops)) << peak.isa << peak.kind;
    if (peak.threads != 2) continue;
    best[peak.kind] = std::max(best[peak.kind], peak.giga_ops);
  }
  EXPECT_EQ(best, (std::map<std::string, double>{
                      {"f32", r.f32_gflops}, {"int8", r.int8_gops}, {"bf16", r.bf16_gflops}}));
}

TEST(Roofline, CoversOneToAllThreads) {
  const Roofline r = measure_roofline(tiny(3));
  std::vector<int> small_page_threads;
  for (const ReadBandwidth& point : r.bandwidth) {
    if (point.pages == "4k") small_page_threads.push_back(point.threads);
  }
  EXPECT_THAT(small_page_threads, ::testing::ElementsAre(1, 2, 3));
}

TEST(Roofline, BestOnlyMeasuresWhatDecides) {
  RooflineOptions options = tiny(2);
  options.best_only = true;
  const Roofline r = measure_roofline(options);
  EXPECT_THAT(r.bandwidth, SizeIs(1));
  EXPECT_THAT(r.bandwidth, Each(Field(&ReadBandwidth::threads, 2)));
  EXPECT_THAT(r.peaks, Each(Field(&ArithmeticPeak::threads, 2)));
  EXPECT_TRUE(plausible(r.read_gbps) && plausible(r.f32_gflops) && plausible(r.int8_gops));
}

TEST(Roofline, RefusesWhatCannotBeMeasured) {
  RooflineOptions no_time = tiny(1);
  no_time.seconds_per_point = 0;
  EXPECT_THROW(measure_roofline(no_time), Error);
  RooflineOptions nothing_to_read = tiny(1);
  nothing_to_read.working_set_bytes = 0;
  EXPECT_THROW(measure_roofline(nothing_to_read), Error);
}

TEST(Roofline, AWorkingSetSmallerThanAPagePerThreadStillWorks) {
  const auto point =
      roofline::measure_read_bandwidth(detect_cpu_features(), Pages::kSmall, 3, 100, 1e-5);
  ASSERT_TRUE(point);
  EXPECT_TRUE(plausible(point->gbps));
}

TEST(Roofline, AMachineWithoutVectorsHasPeaksToo) {
  const auto peaks = roofline::measure_arithmetic_peaks(CpuFeatures{}, 1, 1e-4, true);
  ASSERT_THAT(peaks, SizeIs(3));
  EXPECT_THAT(peaks, Each(Field(&ArithmeticPeak::isa, "generic")));
}

TEST(RooflineTiming, MedianIgnoresAnOutlier) {
  EXPECT_EQ(roofline::median({5}), 5);
  EXPECT_EQ(roofline::median({3, 1000, 1}), 3);
}

}  // namespace
}  // namespace woolly
