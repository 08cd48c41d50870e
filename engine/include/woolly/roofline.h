// What this host can do at most: memory read bandwidth and arithmetic peaks.
#pragma once

#include <string>
#include <vector>

namespace woolly {

struct ReadBandwidth {
  std::string pages;  // "4k" or "huge"
  int threads;
  double gbps;  // 1e9 bytes per second, median of the repetitions
};

struct ArithmeticPeak {
  std::string isa;   // "avx2", "avx512", "avx512vnni", ...
  std::string kind;  // "f32", "bf16" (FLOP/s) or "int8" (OP/s); a multiply-add counts two
  int threads;
  double giga_ops;  // 1e9 operations per second, the fastest repetition
};

struct Roofline {
  double read_gbps;    // the best of `bandwidth`: the roof of decode
  double f32_gflops;   // the best f32 peak at the largest thread count
  double int8_gops;    // the best int8 peak at the largest thread count
  double bf16_gflops;  // the best bfloat16 peak at the largest thread count
  std::vector<ReadBandwidth> bandwidth;
  std::vector<ArithmeticPeak> peaks;
};

struct RooflineOptions {
  int threads = 0;  // 0: every core this process may use
  double seconds_per_point = 0.3;
  std::size_t working_set_bytes = std::size_t{512} << 20;
  bool best_only = false;  // only the points that decide the four roofs
  bool read_only = false;  // memory alone: no arithmetic, whose roofs are 0
};

// Takes seconds; keep the machine quiet.
Roofline measure_roofline(const RooflineOptions& options);

}  // namespace woolly
