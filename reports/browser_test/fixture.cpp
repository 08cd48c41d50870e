// Builds the databases that the browser test opens, through the interface every producer uses.
//   report_fixture KIND FILE      KIND: empty, small, large, many, hostile
// The numbers here are known to report_test.mjs.
#include <fmt/core.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include <woolly/error.h>

#include "baselines/store/store.h"

namespace {

using woolly::samples::Environment;
using woolly::samples::Record;
using woolly::samples::Result;
using woolly::store::Store;

Environment environment(int commit, const std::string& kernel) {
  return {{"cpu_model", "Test CPU 9000"},
          {"kernel", kernel},
          {"cores_affinity", "2 of 2"},
          {"compiler", "GNU 12.2.0"},
          {"commit", fmt::format("{:04x}c0ffee12", commit)},
          {"dirty", "false"},
          {"load_avg", "0.25"}};
}

// `count` samples around `center`, the same every time: median exactly `center` when count is odd.
std::vector<double> around(double center, int count, double relative_step = 0.001) {
  std::vector<double> samples;
  for (int i = 0; i < count; ++i) {
    // 7 and an odd count without that factor: launches jump about, each offset comes once.
    const int offset = (i * 7) % count - count / 2;
    samples.push_back(center * (1 + relative_step * offset));
  }
  return samples;
}

Record bench_record(int day, const std::string& kernel, double speed) {
  Record record{
      "woolly-bench", fmt::format("2026-01-{:02}T12:00:00Z", day), environment(day, kernel), {}};
  const std::string name = "e2e/tiny-Q4_0/pp512_tg128_d0";
  record.results = {{name, "prefill_tps", "t/s", around(240 * speed, 11), "h1"},
                    {name, "decode_tps", "t/s", around(32 * speed, 11), "h1"},
                    {name, "roof_fraction", "1", around(0.5 * speed, 11), ""},
                    {name, "ttft_ms", "ms", around(2100 / speed, 11), ""},
                    {name, "load_ms", "ms", around(310, 11), ""},
                    {name, "peak_rss_bytes", "B", {734003200, 734003200, 734003200}, ""}};
  return record;
}

Record micro_record(int day) {
  Record record{
      "woolly-micro", fmt::format("2026-01-{:02}T13:00:00Z", day), environment(day, "6.1"), {}};
  record.results = {{"matmul/Q4_K/blas/m1_n4096_k4096", "time_ns", "ns", around(123456, 9), ""},
                    {"rmsnorm/f32/generic/n4096", "time_ns", "ns", {812.5}, ""}};
  return record;
}

// Twelve runs: the baseline is the fourth, the sixth was taken under another kernel, the last is 5
// % faster.
void fill_small(Store& store) {
  woolly::store::RunId baseline = 0;
  for (int day = 1; day <= 12; ++day) {
    const double speed = day == 12 ? 1.05 : day == 6 ? 0.97 : 1 + 0.002 * std::sin(day);
    const auto run =
        store.add(bench_record(day, day == 6 ? "5.10" : "6.1", day == 4 ? 1.0 : speed));
    if (day == 4) baseline = run;
  }
  store.add(micro_record(12));
  store.set_baseline("release", baseline);
  const std::string name = "e2e/tiny-Q4_0/pp512_tg128_d0";
  store.add_gate({"2026-01-12T14:00:00Z",
                  "HEAD~1",
                  "HEAD",
                  1,
                  {{{name, "decode_tps", "t/s"}, "IMPROVED", 0.05, 0.041, 0.059, 0.02, 24},
                   {{name, "ttft_ms", "ms"}, "REGRESSED", 0.083, 0.071, 0.094, 0.02, 24},
                   {{name, "load_ms", "ms"}, "UNCHANGED", 0.001, -0.004, 0.006, 0.02, 24},
                   {{name, "prefill_tps", "t/s"}, "INCONCLUSIVE", -0.015, -0.04, 0.01, 0.02, 24},
                   {{"e2e/gone", "decode_tps", "t/s"}, "MISSING", 0, 0, 0, 0.02, 0}}},
                 "machine");
}

// One benchmark with 50,000 samples, one with 49,999 and a stray one of a thousand times the
// median.
void fill_large(Store& store) {
  Record record{"woolly-micro", "2026-01-01T00:00:00Z", environment(1, "6.1"), {}};
  std::vector<double> even, skewed;
  std::uint64_t state = 1;
  const auto uniform = [&state] {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<double>(state >> 11) / 9007199254740992.0;
  };
  for (int i = 0; i < 50'000; ++i) {
    even.push_back(1000 + i % 1001);  // median exactly 1500 up to the rest of the last round
    skewed.push_back(
        i == 25'000 ? 5e6 : 5000 * std::exp(0.1 * (uniform() + uniform() + uniform() - 1.5)));
  }
  record.results = {{"large/even", "time_ns", "ns", std::move(even), ""},
                    {"large/skewed", "time_ns", "ns", std::move(skewed), ""}};
  store.add(record);
}

// 100,000 samples as 5,000 benchmarks with two runs of 10.
void fill_many(Store& store) {
  for (int run = 0; run < 2; ++run) {
    Record record{
        "woolly-micro", fmt::format("2026-01-0{}T00:00:00Z", run + 1), environment(run, "6.1"), {}};
    for (int i = 0; i < 5000; ++i) {
      record.results.push_back(
          {fmt::format("many/b{:04}", i), "time_ns", "ns", around(1000 + i, 10), ""});
    }
    const auto id = store.add(record);
    if (run == 0) store.set_baseline("first", id);
  }
}

// Text that must stay text.
void fill_hostile(Store& store) {
  Record record{"woolly-bench", "2026-01-01T00:00:00Z", environment(1, "6.1"), {}};
  record.environment["cpu_model"] = "<img src=x onerror=window.broken=1>";
  record.environment["opt.<b>"] = "</script><script>window.broken=1</script>";
  record.results = {
      {"</script><script>window.broken=1</script>", "decode_tps", "t/s", around(10, 9), ""},
      {"{{script}} <!-- <script> </script & \" ' \\ \xe2\x80\xa8", "decode_tps", "t/s",
       around(20, 7), ""},
      {"__proto__", "constructor", "<i>unit</i>", {1, -2, 3}, ""}};
  store.add(record);
}

}  // namespace

int main(int argc, char** argv) {
  const std::map<std::string, std::function<void(Store&)>> kinds = {{"empty", [](Store&) {}},
                                                                    {"small", fill_small},
                                                                    {"large", fill_large},
                                                                    {"many", fill_many},
                                                                    {"hostile", fill_hostile}};
  if (argc != 3 || kinds.count(argv[1]) == 0) {
    fmt::print(stderr, "usage: report_fixture empty|small|large|many|hostile FILE\n");
    return 2;
  }
  try {
    Store store = Store::open(argv[2]);
    kinds.at(argv[1])(store);
  } catch (const woolly::Error& error) {
    fmt::print(stderr, "report_fixture: {}\n", error.what());
    return error.code() == woolly::ExitCode::kUsage ? 2 : 5;
  }
  return 0;
}
