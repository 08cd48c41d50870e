// For tests of the store: made-up records.
#pragma once

#include "baselines/samples/samples.h"

namespace woolly::store {

inline samples::Record example_record(const std::string& started_at = "2026-01-31T12:00:00Z",
                                      const std::string& commit = "c1",
                                      const std::string& producer = "woolly-bench") {
  return {producer,
          started_at,
          {{"cpu_model", "A CPU"},
           {"kernel", "Linux 6.1"},
           {"flags", "-O2"},
           {"commit", commit},
           {"dirty", "false"},
           {"threads", "2"},
           {"opt.gemm", "blas"}},
          {{"z/first", "decode_tps", "t/s", {3, 1, 2}, "abc"},
           {"z/first", "ttft_ms", "ms", {0.1, 1e-300}, "abc"},
           {"a/second", "time_ns", "ns", {42}, ""}}};
}

}  // namespace woolly::store
