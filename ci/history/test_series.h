// For tests only: series, records and stores with made-up results.
#pragma once

#include <fmt/format.h>

#include <random>
#include <string>
#include <vector>

#include "ci/history/series.h"

namespace woolly::history::test {

// One point a value, measured once each; commits "c0", "c1", ...
inline Series series_of(const std::vector<double>& values,
                        const store::SeriesKey& key = {"e2e/tiny", "decode_tps", "t/s"}) {
  Series series{key, "woolly-bench", {{"cpu_model", "A CPU"}}, {}, "", true};
  for (std::size_t i = 0; i < values.size(); ++i) {
    series.points.push_back({fmt::format("c{}", i),
                             "2026-01-31T12:00:00Z",
                             {{static_cast<store::RunId>(i + 1), values[i], ""}},
                             i});
  }
  return series;
}

// `before` and then `after` commits at two levels, with noise of one percent.
inline std::vector<double> two_levels(std::size_t before, double low, std::size_t after,
                                      double high, std::uint64_t seed = 1) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> noise(1, 0.01);
  std::vector<double> values;
  for (std::size_t i = 0; i < before + after; ++i) {
    values.push_back((i < before ? low : high) * noise(random));
  }
  return values;
}

// A run of one benchmark; `minute` orders runs.
inline samples::Record record_of(const std::string& commit, int minute, double value,
                                 const std::string& kernel = "Linux 6.1") {
  return {"woolly-bench",
          fmt::format("2026-01-{:02}T{:02}:{:02}:00Z", 1 + minute / 1440, minute / 60 % 24,
                      minute % 60),
          {{"cpu_model", "A CPU"}, {"kernel", kernel}, {"commit", commit}, {"dirty", "false"}},
          {{"e2e/tiny/pp128_tg64_d0",
            "decode_tps",
            "t/s",
            {0.99 * value, value, 1.01 * value},
            "aaaa"}}};
}

}  // namespace woolly::history::test
