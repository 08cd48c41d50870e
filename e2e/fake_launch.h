// For tests only: a launch executable made of a shell script, and the report it prints.
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "e2e/benchmark.h"
#include "e2e/launch_report.h"
#include "engine/base/file.h"
#include "engine/base/test_support.h"

namespace woolly::e2e::test {

inline LaunchReport good_report(const Benchmark& benchmark) {
  LaunchReport report;
  report.load_ms = 25;
  report.prefill_s = 0.5;
  report.ttft_ms = 501;
  for (int i = 0; i < benchmark.generated_tokens; ++i) report.decode_ns.push_back(10'000'000 + i);
  report.peak_rss_bytes = 300'000'000;
  report.token_hash = "0123456789abcdef";
  report.implementation = "fast";
  report.kv_type = "f16";
  report.isa = "avx2";
  report.threads = 2;
  report.options = {{"gemm", "blas"}};
  report.model.path = benchmark.model;
  report.model.architecture = "llama";
  report.model.name = "fake";
  report.model.content_hash = "00000000deadbeef";
  report.model.file_bytes = 200'000'000;
  report.model.parameters = 100'000'000;
  report.model.weight_bytes_per_token = 150'000'000;
  report.model.context_train = 2048;
  report.model.vocab_size = 32000;
  return report;
}

// In the script, $n is the number of this launch (1, 2, ...) and report.json lies in $here.
class FakeLaunch {
 public:
  explicit FakeLaunch(const std::string& body = "") {
    benchmark_.model = (folder_ / "fake-Q4_0.gguf").string();
    benchmark_.prompt_tokens = 64;
    benchmark_.generated_tokens = 4;
    benchmark_.launches = 3;
    write_file_atomically(benchmark_.model, "not read by the fake");
    write_report(good_report(benchmark_));
    const std::string script = fmt::format(
        "#!/bin/sh\n"
        "here='{}'\n"
        "echo x >> \"$here/count\"\n"
        "n=$(wc -l < \"$here/count\")\n"
        "echo \"$*\" >> \"$here/arguments\"\n"
        "case \"$*\" in *--load-only*) echo '{{\"load_ms\": 90}}'; exit 0;; esac\n"
        "{}\n"
        "cat \"$here/report.json\"\n",
        folder_.path().string(), body);
    write_file_atomically(executable(), script);
    std::filesystem::permissions(executable(), std::filesystem::perms::owner_all);
  }

  std::string executable() const { return (folder_ / "launch.sh").string(); }
  std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }
  const Benchmark& benchmark() const { return benchmark_; }
  Benchmark& benchmark() { return benchmark_; }

  void write_report(const LaunchReport& report) {
    write_file_atomically(folder_ / "report.json", to_json(report).dump());
  }
  int launches_started() const {
    std::ifstream count(folder_ / "count");
    int lines = 0;
    for (std::string line; std::getline(count, line);) ++lines;
    return lines;
  }

 private:
  woolly::test::TemporaryFolder folder_;
  Benchmark benchmark_;
};

}  // namespace woolly::e2e::test
