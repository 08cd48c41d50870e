// `woolly history`, from parsed options to the report.
#pragma once

#include <filesystem>
#include <string>

#include "ci/history/report.h"

namespace woolly::history {

struct HistoryOptions {
  std::string database = "woolly.db";
  std::string metric;     // "" for those that the gate judges
  std::string benchmark;  // regular expression; "" for all
  std::string since;      // commit
  std::string machine;    // beginning of a fingerprint
  std::string pin;        // name of a baseline
  std::optional<double> debt_budget;
  bool all_environments = false;
};

// Reads the database and, for the order of commits, the checkout that `folder` is in. Throws Error
// (usage) for what is not there: database, baseline, commit, or anything that matches.
Report history(const HistoryOptions& options, const std::filesystem::path& folder);

}  // namespace woolly::history
