#include "baselines/db/export.h"

#include <fmt/format.h>

#include <iterator>

#include "baselines/import/woolly_json.h"
#include "baselines/samples/environment.h"

namespace woolly::db {
namespace {

std::string value_or_empty(const samples::Environment& environment, const char* name) {
  const auto it = environment.find(name);
  return it == environment.end() ? "" : it->second;
}

}  // namespace

std::string export_json(const store::Store& store, const std::vector<store::RunId>& ids) {
  nlohmann::ordered_json document;
  document["format"] = import::kExportFormat;
  document["version"] = import::kExportVersion;
  document["runs"] = nlohmann::ordered_json::array();
  const std::vector<store::BaselineInfo> baselines = store.baselines();
  for (const store::RunId id : ids) {
    nlohmann::ordered_json run = samples::to_json(store.run(id));
    run["baselines"] = nlohmann::ordered_json::array();
    for (const store::BaselineInfo& baseline : baselines) {
      if (baseline.run != id) continue;
      if (baseline.branch.empty()) {
        run["baselines"].push_back(baseline.name);
      } else {
        run["baselines"].push_back({{"name", baseline.name}, {"branch", baseline.branch}});
      }
    }
    document["runs"].push_back(std::move(run));
  }
  return document.dump(1) + "\n";
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + '"';
}

std::string export_csv(const store::Store& store, const std::vector<store::RunId>& ids) {
  std::string csv =
      "run,producer,started_at,machine_id,commit,dirty,benchmark,metric,unit,launch,value,answer_"
      "hash\n";
  for (const store::RunId id : ids) {
    const samples::Record record = store.run(id);
    const std::string run =
        fmt::format("{},{},{},{},{},{}", id, csv_field(record.producer),
                    csv_field(record.started_at), samples::machine_id(record.environment),
                    csv_field(value_or_empty(record.environment, "commit")),
                    csv_field(value_or_empty(record.environment, "dirty")));
    for (const samples::Result& result : record.results) {
      const std::string series = fmt::format("{},{},{}", csv_field(result.benchmark),
                                             csv_field(result.metric), csv_field(result.unit));
      for (std::size_t launch = 0; launch < result.samples.size(); ++launch) {
        fmt::format_to(std::back_inserter(csv), "{},{},{},{},{}\n", run, series, launch,
                       result.samples[launch], csv_field(result.answer_hash));
      }
    }
  }
  return csv;
}

}  // namespace woolly::db
