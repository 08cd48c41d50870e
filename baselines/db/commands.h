// The subcommands of `woolly db`. Each prints to stdout (what was asked for) and stderr (remarks),
// and throws Error (usage) for a wrong request.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "baselines/import/import.h"
#include "baselines/store/store.h"

namespace woolly::db {

struct ListRequest {
  bool json = false;
};
void list_runs(const std::filesystem::path& database, const ListRequest& request);

struct ShowRequest {
  std::string run;  // a number, "latest" or the name of a baseline
  bool json = false;
};
void show_run(const std::filesystem::path& database, const ShowRequest& request);

struct SetBaselineRequest {
  std::string name;
  std::string run;                    // a number or "latest"
  std::string producer;               // for "latest": of this producer only; empty for any
  std::optional<std::string> branch;  // nothing: the current one
  std::string supersede;              // why it may take the place of the one in force
};
// The author is git's; superseding needs one.
void set_baseline(const std::filesystem::path& database, const SetBaselineRequest& request);

struct BaselinesRequest {
  bool json = false;
  bool history = false;  // also those that were superseded, oldest first
};
void list_baselines(const std::filesystem::path& database, const BaselinesRequest& request);

struct ImportRequest {
  std::vector<std::string> files;  // "-" is stdin
  std::optional<import::Format> format;
  std::optional<bool> higher_is_better;  // as in import::Source
};
// Stores all files or none. A run that is already there is not stored again, a baseline's name that
// is taken is not moved; both are told.
void import_files(const std::filesystem::path& database, const ImportRequest& request);

struct ExportRequest {
  std::vector<std::string> runs;  // as in ShowRequest; empty for all, oldest first
  bool csv = false;
  std::string output;  // a file, written atomically; empty or "-" for stdout
};
void export_runs(const std::filesystem::path& database, const ExportRequest& request);

}  // namespace woolly::db
