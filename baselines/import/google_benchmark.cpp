#include "baselines/import/google_benchmark.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include <woolly/error.h>

#include "baselines/import/lenient_json.h"
#include "baselines/import/result_collector.h"
#include "baselines/samples/environment.h"
#include "baselines/samples/timestamp.h"

namespace woolly::import {
namespace {

using nlohmann::json;

// Numbers of a benchmark entry that are no measurement.
constexpr std::array<std::string_view, 8> kBookkeeping{"family_index", "per_family_instance_index",
                                                       "repetitions",  "repetition_index",
                                                       "threads",      "iterations",
                                                       "real_time",    "cpu_time"};

double nanoseconds_per(const std::string& unit, const std::string& name, const Source& source) {
  if (unit == "ns") return 1;
  if (unit == "us") return 1e3;
  if (unit == "ms") return 1e6;
  if (unit == "s") return 1e9;
  throw_usage(
      fmt::format("{}: {}: unknown time_unit '{}'", source.name, printable(name), printable(unit)));
}

std::string scalar_text(const json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

// "L1d 32 KiB, L1i 32 KiB, L2 2048 KiB"
std::string caches(const json& list) {
  std::string text;
  for (const json& cache : list) {
    const auto level = number_at(cache, "level");
    const auto bytes = number_at(cache, "size");
    if (!level || !bytes) continue;
    const std::string type = text_at(cache, "type").value_or("");
    const char* suffix = type == "Data" ? "d" : type == "Instruction" ? "i" : "";
    text += fmt::format("{}L{}{} {} KiB", text.empty() ? "" : ", ", *level, suffix, *bytes / 1024);
  }
  return text;
}

bool is_known_field(const std::string& name) {
  const auto fields = samples::environment_fields();
  return std::any_of(fields.begin(), fields.end(),
                     [&](const auto& field) { return field.name == name; });
}

// What decides about speed becomes contract; where and when it ran, and what this program does not
// know, becomes a note.
samples::Environment environment_of(const json& context) {
  static const std::set<std::string> kContract{"cpu_scaling_enabled", "library_build_type",
                                               "library_version"};
  samples::Environment environment;
  for (const auto& [name, value] : context.items()) {
    if (name == "date") continue;
    if (name == "num_cpus") {
      environment["cores_affinity"] = fmt::format("{} threads", scalar_text(value));
    } else if (name == "caches") {
      if (value.is_array()) environment["caches"] = caches(value);
    } else if (name == "load_avg") {
      if (value.is_array() && !value.empty()) environment["load_avg"] = scalar_text(value[0]);
    } else if (name == "aslr_enabled") {
      environment["aslr"] = value == true ? "on" : "off";
    } else if (!value.is_structured()) {
      const bool own_name = kContract.contains(name) || is_known_field(name);
      environment[own_name ? name : "note." + name] = scalar_text(value);
    }
  }
  return environment;
}

std::string unit_of_counter(const std::string& name) {
  if (name == "bytes_per_second") return "B/s";
  if (name == "items_per_second") return "items/s";
  return name.ends_with("/s") || name.ends_with("_per_second") ? "1/s" : "1";
}

bool has_direction(const std::string& metric, const std::string& unit) {
  try {
    samples::higher_is_better(metric, unit);
    return true;
  } catch (const Error&) {
    return false;
  }
}

class Reader {
 public:
  explicit Reader(const Source& source) : source_(source) {}

  void read(const json& entry, std::size_t index) {
    const auto name = text_at(entry, "name");
    if (!name) throw_usage(fmt::format("{}: benchmarks[{}] has no \"name\"", source_.name, index));
    if (text_at(entry, "run_type").value_or("iteration") != "iteration" ||
        entry.contains("aggregate_name"))
      return;
    if (failed(entry, *name)) return;
    const std::string benchmark = text_at(entry, "run_name").value_or(*name);
    const double scale =
        nanoseconds_per(text_at(entry, "time_unit").value_or("ns"), *name, source_);
    for (const char* time : {"real_time", "cpu_time"}) {
      if (!entry.contains(time))
        throw_usage(fmt::format("{}: {}: no \"{}\"", source_.name, printable(*name), time));
      add(benchmark, time == std::string_view("real_time") ? "time_ns" : "cpu_time_ns", "ns",
          entry[time], scale);
    }
    for (const auto& [counter, value] : entry.items()) {
      if (std::find(kBookkeeping.begin(), kBookkeeping.end(), counter) != kBookkeeping.end())
        continue;
      if (value.is_number() || value.is_null()) add_counter(benchmark, counter, value);
    }
  }

  Imported finish(const json& context) {
    if (results_.empty()) {
      throw_usage(fmt::format("{}: no benchmark in it was measured{}", source_.name,
                              warnings_.empty() ? "" : "; " + warnings_.front()));
    }
    for (const std::string& counter : skipped_counters_) {
      warnings_.push_back(
          fmt::format("counter '{}' left out: unknown whether more is better", printable(counter)));
    }
    if (nonfinite_ > 0) {
      warnings_.push_back(fmt::format("{} values that are no finite number left out", nonfinite_));
    }
    samples::Record record;
    record.producer = "google-benchmark";
    record.started_at = samples::to_utc_timestamp(text_at(context, "date").value_or(""))
                            .value_or(source_.default_time);
    record.environment = environment_of(context);
    record.results = results_.take();
    return {{{std::move(record), {}}}, std::move(warnings_)};
  }

 private:
  bool failed(const json& entry, const std::string& name) {
    const bool error = entry.value("error_occurred", json(false)) == true;
    const bool skipped = entry.value("skipped", json(false)) == true;
    if (!error && !skipped) return false;
    const std::string message =
        text_at(entry, error ? "error_message" : "skip_message").value_or("no message");
    warnings_.push_back(fmt::format("{} {}: {}", printable(name), error ? "failed" : "was skipped",
                                    printable(message)));
    return true;
  }

  void add(const std::string& benchmark, const std::string& metric, const std::string& unit,
           const json& value, double scale) {
    if (value.is_number()) {
      results_.add(benchmark, metric, unit, value.get<double>() * scale);
    } else if (value.is_null()) {  // it was NaN or Infinity
      ++nonfinite_;
    } else {
      throw_usage(fmt::format("{}: {}: {} is no number", source_.name, printable(benchmark),
                              printable(metric)));
    }
  }

  void add_counter(const std::string& benchmark, const std::string& counter, const json& value) {
    const std::string unit = unit_of_counter(counter);
    if (has_direction(counter, unit)) {
      add(benchmark, counter, unit, value, 1);
    } else {
      skipped_counters_.insert(counter);
    }
  }

  const Source& source_;
  ResultCollector results_;
  std::vector<std::string> warnings_;
  std::set<std::string> skipped_counters_;
  int nonfinite_ = 0;
};

}  // namespace

bool looks_like_google_benchmark(const json& json) {
  return json.is_object() && json.contains("benchmarks") && json.contains("context");
}

Imported from_google_benchmark(const json& json, const Source& source) {
  if (!looks_like_google_benchmark(json) || !json["benchmarks"].is_array() ||
      !json["context"].is_object()) {
    throw_usage(
        fmt::format("{}: no object with \"context\" and an array \"benchmarks\"", source.name),
        "write it with --benchmark_out=FILE --benchmark_out_format=json");
  }
  Reader reader(source);
  for (std::size_t i = 0; i < json["benchmarks"].size(); ++i) reader.read(json["benchmarks"][i], i);
  return reader.finish(json["context"]);
}

}  // namespace woolly::import
