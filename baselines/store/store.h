// The database of measurements: SQLite in WAL mode. The only code that touches a database.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "baselines/samples/samples.h"

namespace woolly::store {

using RunId = std::int64_t;

struct RunSummary {
  RunId id;
  std::string producer;
  std::string started_at;
  std::string machine_id;
  std::string commit;
  bool dirty;
  int benchmarks;  // distinct benchmarks in the run
  int samples;
};

struct BaselineInfo {
  std::string name;
  RunId run;
  std::string created_at;
  std::string commit;
  std::string machine_id;
  std::string producer;
};

// One point of a history: the samples of one benchmark and metric in one run.
struct SeriesPoint {
  RunId run;
  std::string started_at;
  std::string commit;
  std::string machine_id;
  std::vector<double> samples;
};

struct SeriesKey {
  std::string benchmark;
  std::string metric;
  std::string unit;
  auto operator<=>(const SeriesKey&) const = default;
};

// A decision of the gate about one benchmark and metric.
struct Verdict {
  SeriesKey key;
  std::string state;  // "REGRESSED", "IMPROVED", "UNCHANGED", "INCONCLUSIVE", "MISSING", "FAILED"
  double estimate;    // relative change of the metric's value, head over base, minus 1
  double ci_low;
  double ci_high;
  double margin;  // delta in force, as a relative change
  int pairs;
};

struct GateRecord {
  std::string started_at;
  std::string base;  // what the user named: folder, ref or baseline
  std::string head;
  int exit_code;
  std::vector<Verdict> verdicts;
};

// Measured |theta| of A/A runs, for the margin of later gates on the same machine.
struct AaSample {
  SeriesKey key;
  double theta;  // ln(head / base) of one A/A gate
};

// One connection. Not thread-safe; any number of processes may each have one on the same file:
// writers wait for each other (busy timeout) and every write is one transaction.
// Errors: Error (usage) for a file that is no woolly database, is newer than this program, or
// cannot be written; the message names the file.
class Store {
 public:
  // Creates the file when missing and migrates an older schema.
  static Store open(const std::filesystem::path& path);
  // For readers: the file must exist.
  static Store open_existing(const std::filesystem::path& path);
  ~Store();
  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;

  // Stores a record whole or not at all.
  RunId add(const samples::Record& record);
  // All of them or none; the ids in the same order.
  std::vector<RunId> add_all(const std::vector<samples::Record>& records);

  std::vector<RunSummary> runs() const;  // newest first
  samples::Record run(RunId id) const;   // Error (usage) when there is none
  std::optional<RunId> latest_run(std::string_view producer) const;

  // Names a run. A name holds one run per producer; once set it is refused unless `replace`.
  void set_baseline(std::string_view name, RunId run, bool replace = false);
  std::optional<BaselineInfo> baseline(std::string_view name, std::string_view producer) const;
  std::vector<BaselineInfo> baselines() const;

  std::vector<SeriesKey> series() const;                         // sorted
  std::vector<SeriesPoint> history(const SeriesKey& key) const;  // oldest first

  void add_gate(const GateRecord& gate, const std::string& machine_id);
  std::optional<GateRecord> latest_gate() const;

  void add_aa(const std::vector<AaSample>& samples, const std::string& machine_id);
  std::vector<double> aa_thetas(const SeriesKey& key, const std::string& machine_id) const;

 private:
  struct Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace woolly::store
