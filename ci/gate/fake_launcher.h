// For tests only: a world whose truth is known.
#pragma once

#include <cmath>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "ci/gate/launcher.h"

namespace woolly::gate::test {

// What disturbs a launch, as shares of its time.
struct Noise {
  double sd = 0;                // of the logarithm of every launch
  double outlier_chance = 0;    // of a launch that something else interferes with
  double outlier_size = 0;      // mean of its slowdown, exponentially distributed
  double drift_per_launch = 0;  // the machine gets slower (or faster) all the time
  int regime_launches = 0;  // > 0: the machine's speed jumps by regime_sd after so many launches
  double regime_sd = 0;
};

// One subject with one benchmark and the judged metrics of an end-to-end launch. Time passes only
// by launching.
class FakeLauncher : public Launcher {
 public:
  FakeLauncher(Noise noise, std::uint64_t seed) : noise_(noise), random_(seed) {}

  double head_slowdown = 1.0;  // of every time
  double same_slowdown = 1.0;  // of a host that makes equal arms differ
  bool slowed_is_slower = true;
  double launch_s = 0.5;
  std::string benchmark = "e2e/fake/pp128_tg64_d0";
  std::string base_answer = "aaaaaaaaaaaaaaaa";
  std::string head_answer = "aaaaaaaaaaaaaaaa";
  bool takes_turns = false;  // else it refuses them
  // Last word on every launch, by arm and number; for failures.
  std::function<void(Arm, int, Launch&)> tamper;

  int launches = 0;
  std::vector<Arm> order;
  std::vector<int> paddings;

  Launch launch(const Subject&, Arm arm, int padding_bytes) override {
    return next_launch(arm, padding_bytes, next_weather());
  }

  // The weather is the same for all of them.
  std::vector<Launch> launch_in_turns(const Subject&, std::span<const Start> starts,
                                      std::uint64_t) override {
    const double weather = takes_turns ? next_weather() : 1;
    std::vector<Launch> result;
    for (const Start& start : starts) {
      if (takes_turns) {
        result.push_back(next_launch(start.arm, start.padding_bytes, weather));
      } else {
        result.push_back({{}, 0, 0, "exit code 2", true});
      }
    }
    return result;
  }

  double now_s() const override { return clock_s_; }

 private:
  Launch next_launch(Arm arm, int padding_bytes, double weather) {
    order.push_back(arm);
    paddings.push_back(padding_bytes);
    const double longer = arm == Arm::kHead     ? head_slowdown
                          : arm == Arm::kSlowed ? (slowed_is_slower ? 1 + slowdown : 1.0)
                          : arm == Arm::kSame   ? same_slowdown
                                                : 1.0;
    Launch result;
    result.wall_s = launch_s;
    result.record.producer = "woolly-bench";
    result.record.started_at = "2026-01-31T12:00:00Z";
    result.record.environment = {{"cpu_model", "fake"}};
    add(result, "prefill_tps", "t/s", 300 / (longer * weather * own_noise()));
    add(result, "decode_tps", "t/s", 100 / (longer * weather * own_noise()));
    add(result, "ttft_ms", "ms", 400 * longer * weather * own_noise());
    add(result, "itl_p99_ms", "ms", 12 * longer * weather * own_noise());
    add(result, "load_ms", "ms", 40 * weather * own_noise());
    add(result, "peak_rss_bytes", "B", 300e6);
    for (auto& metric : result.record.results) {
      metric.answer_hash = arm == Arm::kHead ? head_answer : base_answer;
    }
    ++launches;
    clock_s_ += launch_s;
    if (tamper) tamper(arm, launches, result);
    return result;
  }

  void add(Launch& launch, const char* metric, const char* unit, double value) {
    launch.record.results.push_back({benchmark, metric, unit, {value}, ""});
  }

  // Common to the metrics of one launch.
  double next_weather() {
    if (noise_.regime_launches > 0 && launches % noise_.regime_launches == 0) {
      regime_ = std::normal_distribution<double>(0, 1)(random_) * noise_.regime_sd;
    }
    double log_time = regime_ + noise_.drift_per_launch * launches + 0.7 * normal();
    if (std::uniform_real_distribution<double>()(random_) < noise_.outlier_chance) {
      log_time += std::exponential_distribution<double>(1)(random_) * noise_.outlier_size;
    }
    return std::exp(log_time);
  }

  double own_noise() { return std::exp(0.7 * normal()); }

  double normal() { return std::normal_distribution<double>(0, 1)(random_) * noise_.sd; }

  Noise noise_;
  std::mt19937_64 random_;
  double regime_ = 0;
  double clock_s_ = 1000;
};

}  // namespace woolly::gate::test
