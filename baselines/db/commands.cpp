#include "baselines/db/commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <iostream>
#include <iterator>

#include <woolly/error.h>

#include "baselines/db/export.h"
#include "baselines/db/table.h"
#include "baselines/samples/checkout.h"
#include "baselines/samples/environment.h"
#include "baselines/samples/timestamp.h"
#include "engine/base/file.h"

namespace woolly::db {
namespace {

using store::RunId;
using store::Store;

void print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

void remark(const std::string& line) { std::fprintf(stderr, "woolly db: %s\n", line.c_str()); }

std::string commit_text(const std::string& commit, bool dirty) {
  if (commit.empty()) return "-";
  return dirty ? commit + "+" : commit;
}

std::vector<std::string> names_of(const std::vector<store::BaselineInfo>& baselines, RunId run) {
  std::vector<std::string> names;
  for (const auto& baseline : baselines) {
    if (baseline.run == run) names.push_back(baseline.name);
  }
  return names;
}

RunId latest(const Store& store, const std::string& producer) {
  if (!producer.empty()) {
    if (const auto run = store.latest_run(producer)) return *run;
    throw_usage(fmt::format("no run of producer '{}'", producer), "woolly db list shows the runs");
  }
  const auto runs = store.runs();
  if (runs.empty()) throw_usage("the database holds no runs");
  return runs.front().id;
}

std::optional<RunId> number(const std::string& text) {
  RunId id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return id;
}

// A number, "latest", or a baseline's name when it names one run only.
RunId find_run(const Store& store, const std::string& text) {
  if (const auto id = number(text)) return *id;
  if (text == "latest") return latest(store, "");
  std::vector<RunId> named;
  for (const auto& baseline : store.baselines()) {
    if (baseline.name == text) named.push_back(baseline.run);
  }
  if (named.size() > 1) {
    throw_usage(fmt::format("baseline '{}' names several runs: {}", text, fmt::join(named, ", ")),
                "give one of the numbers");
  }
  if (named.empty()) {
    throw_usage(fmt::format("'{}' is no run", text), "a number, latest, or the name of a baseline");
  }
  return named.front();
}

std::string read_input(const std::string& file) {
  if (file != "-") return read_file(file);
  return {std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
}

// The number of a run that equals `record` in everything.
std::optional<RunId> find_same(const Store& store, const samples::Record& record) {
  const std::string wanted = samples::to_json(record).dump();
  for (const store::RunSummary& run : store.runs()) {
    if (run.producer != record.producer || run.started_at != record.started_at) continue;
    if (samples::to_json(store.run(run.id)).dump() == wanted) return run.id;
  }
  return std::nullopt;
}

std::string named(const std::string& name, const std::string& branch) {
  return branch.empty() ? name : fmt::format("{} (branch {})", name, branch);
}

// The baseline in force that another one of this name, branch and record would take the place of.
std::optional<store::BaselineInfo> in_force(const Store& store, const std::string& name,
                                            const std::string& branch,
                                            const samples::Record& record) {
  const std::string machine = samples::machine_id(record.environment);
  for (const store::BaselineInfo& info : store.baselines()) {
    if (info.name == name && info.branch == branch && info.producer == record.producer &&
        info.machine_id == machine) {
      return info;
    }
  }
  return std::nullopt;
}

// A baseline of no branch is what gates of every branch fall back on: one of the current branch
// would shadow it unasked.
std::string default_branch(const Store& store, const std::string& name,
                           const samples::Record& record) {
  return in_force(store, name, "", record) ? "" : samples::current_branch();
}

void restore_baselines(Store& store, const import::ImportedRun& imported, RunId id) {
  for (const auto& [name, branch] : imported.baselines) {
    const auto present = in_force(store, name, branch, imported.record);
    if (present && present->run != id) {
      remark(fmt::format("baseline '{}' names run {} and stays", name, present->run));
    }
    if (present) continue;
    try {
      store.set_baseline(name, id, {branch});
      print(fmt::format("baseline {} = run {}\n", named(name, branch), id));
    } catch (const Error& error) {  // the runs are stored: what a gate knows of one is a remark
      remark(fmt::format("baseline '{}' is not set: {}", name, error.message()));
    }
  }
}

}  // namespace

void list_runs(const std::filesystem::path& database, const ListRequest& request) {
  const Store store = Store::open_existing(database);
  const auto baselines = store.baselines();
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  Table table({{"RUN", Align::kRight},
               {"STARTED"},
               {"PRODUCER"},
               {"COMMIT"},
               {"MACHINE"},
               {"BENCHMARKS", Align::kRight},
               {"SAMPLES", Align::kRight},
               {"BASELINES"}});
  for (const store::RunSummary& run : store.runs()) {
    const auto names = names_of(baselines, run.id);
    if (request.json) {
      json.push_back({{"run", run.id},
                      {"producer", run.producer},
                      {"started_at", run.started_at},
                      {"machine_id", run.machine_id},
                      {"commit", run.commit},
                      {"dirty", run.dirty},
                      {"benchmarks", run.benchmarks},
                      {"samples", run.samples},
                      {"baselines", names}});
    } else {
      table.add({fmt::format("{}", run.id), run.started_at, run.producer,
                 commit_text(run.commit, run.dirty), run.machine_id,
                 fmt::format("{}", run.benchmarks), fmt::format("{}", run.samples),
                 fmt::format("{}", fmt::join(names, " "))});
    }
  }
  print(request.json ? json.dump(1) + "\n" : table.text());
}

void show_run(const std::filesystem::path& database, const ShowRequest& request) {
  const Store store = Store::open_existing(database);
  const RunId id = find_run(store, request.run);
  const samples::Record record = store.run(id);
  if (request.json) {
    print(samples::to_json(record).dump(1) + "\n");
    return;
  }
  print(fmt::format("run {} of {}, {}\n\n", id, record.producer, record.started_at));
  Table environment({{"FIELD"}, {"VALUE"}});
  for (const auto& [name, value] : record.environment) environment.add({name, value});
  if (!record.environment.empty()) print(environment.text() + "\n");
  Table results({{"BENCHMARK"},
                 {"METRIC"},
                 {"MEDIAN", Align::kRight},
                 {"95% FROM", Align::kRight},
                 {"TO", Align::kRight},
                 {"UNIT"},
                 {"SAMPLES", Align::kRight}});
  for (const samples::Result& result : record.results) {
    const samples::Summary summary = samples::summarize(result.samples);
    results.add({result.benchmark, result.metric, format_number(summary.median),
                 format_number(summary.ci_low), format_number(summary.ci_high), result.unit,
                 fmt::format("{}", result.samples.size())});
  }
  print(results.text());
}

void set_baseline(const std::filesystem::path& database, const SetBaselineRequest& request) {
  Store store = Store::open_existing(database);
  const std::optional<RunId> given = number(request.run);
  if (!given && request.run != "latest") {
    throw_usage(fmt::format("'{}' is no run", request.run), "a number, or latest");
  }
  const RunId id = given ? *given : latest(store, request.producer);
  const samples::Record record = store.run(id);
  const std::string branch =
      request.branch ? *request.branch : default_branch(store, request.name, record);
  const std::string author = samples::git_author();
  if (author.empty() && !request.supersede.empty()) {
    throw_usage("git does not know who you are", "git config --global user.name \"Your Name\"");
  }
  store.set_baseline(request.name, id, {branch, author, request.supersede});
  print(fmt::format("baseline {} = run {} of {}\n", named(request.name, branch), id,
                    record.producer));
  const auto commit = record.environment.find("commit");
  const auto dirty = record.environment.find("dirty");
  if (commit == record.environment.end() || commit->second == "unknown") {
    remark("the run tells no commit: `woolly gate` cannot measure this baseline again");
  } else if (dirty != record.environment.end() && dirty->second == "true") {
    remark("uncommitted changes were built: `woolly gate` cannot measure this baseline again");
  }
}

void list_baselines(const std::filesystem::path& database, const BaselinesRequest& request) {
  const Store store = Store::open_existing(database);
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  std::vector<Column> columns = {
      {"NAME"}, {"BRANCH"}, {"RUN", Align::kRight}, {"PRODUCER"}, {"SET"}, {"COMMIT"}, {"MACHINE"}};
  if (request.history) columns.insert(columns.end(), {{"SUPERSEDED"}, {"BY"}, {"WHY"}});
  Table table(columns);
  const auto or_dash = [](const std::string& text) { return text.empty() ? "-" : text; };
  for (const store::BaselineInfo& baseline :
       request.history ? store.baseline_history() : store.baselines()) {
    if (request.json) {
      json.push_back({{"name", baseline.name},
                      {"branch", baseline.branch},
                      {"run", baseline.run},
                      {"producer", baseline.producer},
                      {"created_at", baseline.created_at},
                      {"commit", baseline.commit},
                      {"dirty", baseline.dirty},
                      {"machine_id", baseline.machine_id},
                      {"author", baseline.author},
                      {"reason", baseline.reason},
                      {"superseded_at", baseline.superseded_at}});
      continue;
    }
    std::vector<std::string> row = {
        baseline.name,      or_dash(baseline.branch), fmt::format("{}", baseline.run),
        baseline.producer,  baseline.created_at,      commit_text(baseline.commit, baseline.dirty),
        baseline.machine_id};
    if (request.history) {
      row.insert(row.end(), {or_dash(baseline.superseded_at), or_dash(baseline.author),
                             or_dash(baseline.reason)});
    }
    table.add(row);
  }
  print(request.json ? json.dump(1) + "\n" : table.text());
}

void import_files(const std::filesystem::path& database, const ImportRequest& request) {
  std::vector<import::ImportedRun> runs;
  const std::string now = samples::utc_now();
  for (const std::string& file : request.files) {
    const std::string name = file == "-" ? "stdin" : file;
    import::Imported imported = import::import_text(
        read_input(file), {name, now, request.higher_is_better}, request.format);
    for (const std::string& warning : imported.warnings)
      remark(fmt::format("{}: {}", name, warning));
    std::move(imported.runs.begin(), imported.runs.end(), std::back_inserter(runs));
  }
  // Only now, so that a bad file does not even leave an empty database behind.
  Store store = Store::open(database);
  std::vector<samples::Record> fresh;
  std::vector<std::optional<RunId>> ids;
  for (const import::ImportedRun& run : runs) {
    ids.push_back(find_same(store, run.record));
    if (!ids.back()) fresh.push_back(run.record);
  }
  const std::vector<RunId> added = store.add_all(fresh);
  auto next = added.begin();
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (ids[i]) {
      print(fmt::format("run {} was there already\n", *ids[i]));
    } else {
      ids[i] = *next++;
      print(fmt::format("run {}: {}, {} results\n", *ids[i], runs[i].record.producer,
                        runs[i].record.results.size()));
    }
    restore_baselines(store, runs[i], *ids[i]);
  }
}

void export_runs(const std::filesystem::path& database, const ExportRequest& request) {
  const Store store = Store::open_existing(database);
  std::vector<RunId> ids;
  for (const std::string& run : request.runs) ids.push_back(find_run(store, run));
  if (request.runs.empty()) {
    for (const store::RunSummary& run : store.runs()) ids.push_back(run.id);
    std::reverse(ids.begin(), ids.end());
  }
  const std::string text = request.csv ? export_csv(store, ids) : export_json(store, ids);
  if (request.output.empty() || request.output == "-") {
    print(text);
  } else {
    write_file_atomically(request.output, text);
  }
}

}  // namespace woolly::db
