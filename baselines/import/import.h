// Measurements that were written to a file: by other tools, or by Woolly itself.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "baselines/samples/samples.h"

namespace woolly::import {

enum class Format {
  kGoogleBenchmark,
  kLlamaBench,
  kHyperfine,
  kPytestBenchmark,
  kGithubActionBenchmark,
  kWoolly
};

// "google-benchmark", ...: what a command line calls them.
std::vector<std::string> format_names();
std::optional<Format> format_named(std::string_view name);

// A name a run had where it was exported, and the branch it was of there, or "".
struct ImportedBaseline {
  std::string name;
  std::string branch = "";
};

struct ImportedRun {
  samples::Record record;
  std::vector<ImportedBaseline> baselines;
};

struct Imported {
  std::vector<ImportedRun> runs;      // never empty; every record is valid
  std::vector<std::string> warnings;  // one line each: what the file holds and the runs do not
};

// What a parser reads from: `name` stands in messages, `default_time` (UTC, as in a record) is
// taken where the file gives no time, `higher_is_better` where it may give no direction.
struct Source {
  std::string name;
  std::string default_time;
  std::optional<bool> higher_is_better = std::nullopt;
};

// Reads `text`; without a format, finds it out. Throws Error (usage), one line naming the source,
// for anything it cannot read whole.
Imported import_text(std::string_view text, const Source& source, std::optional<Format> format);

}  // namespace woolly::import
