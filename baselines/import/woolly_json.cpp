#include "baselines/import/woolly_json.h"

#include <fmt/format.h>

#include <optional>

#include <woolly/error.h>

#include "baselines/import/lenient_json.h"

namespace woolly::import {
namespace {

using nlohmann::json;

bool is_record(const json& value) {
  return value.is_object() && value.contains("producer") && value.contains("results");
}

// A text of one line that is not empty; else nothing.
std::optional<std::string> name_in(const json& value) {
  if (!value.is_string()) return std::nullopt;
  std::string text = value.get<std::string>();
  if (text.empty() || printable(text) != text) return std::nullopt;
  return text;
}

std::vector<ImportedBaseline> baselines_of(const json& run, const std::string& where) {
  std::vector<ImportedBaseline> baselines;
  const auto it = run.find("baselines");
  if (it == run.end()) return baselines;
  if (!it->is_array()) throw_usage(where + ": \"baselines\" is no array");
  for (const json& entry : *it) {
    const auto name = name_in(entry.is_object() ? entry.value("name", json()) : entry);
    const auto branch = entry.is_object() ? name_in(entry.value("branch", json())) : "";
    if (!name || !branch) throw_usage(where + ": \"baselines\" holds what is no name");
    baselines.push_back({*name, *branch});
  }
  return baselines;
}

const json& runs_of_export(const json& document, const Source& source) {
  if (document.value("format", json()) != kExportFormat || !document.contains("runs") ||
      !document["runs"].is_array()) {
    throw_usage(fmt::format("{}: neither a record nor an export of woolly", source.name));
  }
  if (document.value("version", json()) != kExportVersion) {
    throw_usage(
        fmt::format("{}: version {} of the export format, this program knows {}", source.name,
                    printable(document.value("version", json()).dump()), kExportVersion),
        "update woolly");
  }
  return document["runs"];
}

}  // namespace

bool looks_like_woolly(const json& json) {
  return is_record(json) || (json.is_array() && !json.empty() && is_record(json[0])) ||
         (json.is_object() && json.value("format", nlohmann::json()) == kExportFormat);
}

Imported from_woolly(const json& json, const Source& source) {
  if (is_record(json)) return {{{samples::from_json(json, source.name), {}}}, {}};
  if (!json.is_array() && !json.is_object())
    throw_usage(fmt::format("{}: no record of woolly", source.name));
  const nlohmann::json& runs = json.is_array() ? json : runs_of_export(json, source);
  Imported imported;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const std::string where = fmt::format("{}: run {}", source.name, i + 1);
    samples::Record record = samples::from_json(runs[i], where);
    imported.runs.push_back({std::move(record), baselines_of(runs[i], where)});
  }
  if (imported.runs.empty()) throw_usage(fmt::format("{}: holds no runs", source.name));
  return imported;
}

}  // namespace woolly::import
