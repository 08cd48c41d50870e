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
#include <utility>
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
  std::string branch;         // "" when none was told
  bool dirty;                 // uncommitted changes were built: the commit does not give it back
  std::string author;         // "" when unknown
  std::string reason;         // of one that took the place of another
  std::string superseded_at;  // "" while it is in force
};

// Beside name and run of a new baseline.
struct BaselineDetails {
  std::string branch = "";
  std::string author = "";
  std::string reason = "";  // given: it may take the place of the one in force
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
  // Of a regression that the gate let pass because someone answers for it.
  std::optional<std::int64_t> acceptance = std::nullopt;
};

// A regression that someone answers for, until a day.
struct Acceptance {
  std::int64_t id = 0;  // set by the store, as are created_at and the last two
  std::string benchmark;
  std::string metric;             // "" for every metric of the benchmark
  std::optional<double> at_most;  // the largest change, as a share; nothing for any
  std::string reason;
  std::string author;
  std::string created_at;
  std::string until;       // "2026-01-31": in force to the end of that day, UTC
  std::string revoked_at;  // "" while it is not
  std::string revoked_by;
};

struct GateRecord {
  std::string started_at;
  std::string base;  // what the user named: folder, ref or baseline
  std::string head;
  int exit_code;
  std::vector<Verdict> verdicts;
  std::string head_commit = "";  // "" when unknown, or uncommitted changes were built
  std::optional<RunId> head_run = std::nullopt;  // when head was a stored run
};

using SessionId = std::int64_t;

// A finished launch of a paired gate.
struct GateLaunch {
  std::string subject;
  std::string stage;
  int block;
  int position;
  std::string arm;
  double wall_s;
  double steal_s;
  std::vector<std::pair<SeriesKey, double>> values;
};

// What one gate of an audit said about one series. Effects are ln ratios, positive when worse; NaN
// where there is none.
struct AuditSeries {
  SeriesKey key;
  bool slowed;  // the injection was into its benchmark
  std::string state;
  double estimate;
  double margin;
  int pairs;
  double position_effect;
};

struct Audit {
  std::string suite;
  std::string method;
  double injected;  // as a share; 0: nothing
  std::string verdict;
  double elapsed_s;
  std::string seed;
  std::vector<AuditSeries> series;
};

// What one run of a calibration showed of one series, for the margin of later gates on the same
// machine.
struct AaSample {
  SeriesKey key;
  double theta;                                 // ln(head / base) of the metric's value
  std::string layout = "";                      // of A/A': the seed that head was relinked with
  std::string commit = "";                      // of A/A': what was relinked
  std::optional<double> spread = std::nullopt;  // standard deviation of one block's difference
  int pairs = 0;                                // blocks behind it; 0 when it is not known
};

// A machine of which there is a calibration.
struct CalibratedMachine {
  std::string machine_id;
  samples::Environment fields;  // empty when nothing told them
  std::string last_recorded_at;
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

  // Names a run: one is in force per name, branch, machine and producer. Error (usage) when another
  // run has the name and `details` give no reason to supersede it, and for a run that a gate found
  // REGRESSED (it, or its commit) in what nobody accepted: a baseline must not absorb a regression.
  void set_baseline(std::string_view name, RunId run, const BaselineDetails& details = {});
  std::vector<BaselineInfo> baselines() const;         // in force, by name, branch, producer
  std::vector<BaselineInfo> baseline_history() const;  // all there ever were, oldest first

  std::vector<SeriesKey> series() const;                         // sorted
  std::vector<SeriesPoint> history(const SeriesKey& key) const;  // oldest first

  // `session`: whose launches led to it.
  void add_gate(const GateRecord& gate, const std::string& machine_id,
                std::optional<SessionId> session = std::nullopt);
  std::optional<GateRecord> latest_gate() const;

  // A gate from its beginning. Every launch is stored by itself, at once, and outlives the process.
  SessionId begin_session(const std::string& started_at, const std::string& base,
                          const std::string& head, std::uint64_t seed);
  void add_launch(SessionId session, const GateLaunch& launch);

  void add_audit(const Audit& audit, const std::string& machine_id);
  // Of one machine and method, and of one suite unless that is "", oldest first.
  std::vector<Audit> audits(const std::string& machine_id, const std::string& suite,
                            const std::string& method) const;

  // Adds an acceptance and gives its id. Error (usage) for no reason, no author, a day that is none
  // or has passed, and a benchmark that this database never saw.
  std::int64_t accept(const Acceptance& acceptance);
  // Ends one; it stays on record. Error (usage) when there is none that is not revoked.
  void revoke_acceptance(std::int64_t id, const std::string& author);
  std::vector<Acceptance> acceptances() const;  // all that ever were, oldest first
  // The newest that is in force for `key` on `date` ("2026-01-31").
  std::optional<Acceptance> acceptance_of(const SeriesKey& key, const std::string& date) const;

  // `environment` is that of a launch: its machine is the one the samples are true for.
  void add_aa(const std::vector<AaSample>& samples, const samples::Environment& environment);
  std::vector<AaSample> aa_samples(const SeriesKey& key, const std::string& machine_id) const;
  std::vector<CalibratedMachine> calibrated_machines() const;  // the latest first

 private:
  struct Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace woolly::store
