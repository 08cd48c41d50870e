#include "baselines/import/import.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include <woolly/error.h>

#include "baselines/import/github_action_benchmark.h"
#include "baselines/import/google_benchmark.h"
#include "baselines/import/hyperfine.h"
#include "baselines/import/lenient_json.h"
#include "baselines/import/llama_bench.h"
#include "baselines/import/pytest_benchmark.h"
#include "baselines/import/woolly_json.h"

namespace woolly::import {
namespace {

struct Importer {
  Format format;
  std::string_view name;
  bool (*looks_like)(const nlohmann::json&);
  Imported (*read)(const nlohmann::json&, const Source&);
};

constexpr std::array kImporters{
    Importer{Format::kGoogleBenchmark, "google-benchmark", looks_like_google_benchmark,
             from_google_benchmark},
    Importer{Format::kLlamaBench, "llama-bench", looks_like_llama_bench, from_llama_bench},
    Importer{Format::kHyperfine, "hyperfine", looks_like_hyperfine, from_hyperfine},
    Importer{Format::kPytestBenchmark, "pytest-benchmark", looks_like_pytest_benchmark,
             from_pytest_benchmark},
    Importer{Format::kGithubActionBenchmark, "github-action-benchmark",
             looks_like_github_action_benchmark, from_github_action_benchmark},
    Importer{Format::kWoolly, "woolly", looks_like_woolly, from_woolly},
};

const Importer& importer_for(const nlohmann::json& json, const Source& source,
                             std::optional<Format> format) {
  const auto found =
      std::find_if(kImporters.begin(), kImporters.end(), [&](const Importer& importer) {
        return format ? importer.format == *format : importer.looks_like(json);
      });
  if (found != kImporters.end()) return *found;
  throw_usage(fmt::format("{}: neither of {}", source.name, fmt::join(format_names(), ", ")),
              "--format names the format, and then what is wrong is told");
}

}  // namespace

std::vector<std::string> format_names() {
  std::vector<std::string> names;
  names.reserve(kImporters.size());
  for (const Importer& importer : kImporters) names.emplace_back(importer.name);
  return names;
}

std::optional<Format> format_named(std::string_view name) {
  for (const Importer& importer : kImporters) {
    if (importer.name == name) return importer.format;
  }
  return std::nullopt;
}

Imported import_text(std::string_view text, const Source& source, std::optional<Format> format) {
  const nlohmann::json json = parse_lenient(text, source.name);
  Imported imported = importer_for(json, source, format).read(json, source);
  for (const ImportedRun& run : imported.runs) samples::validate(run.record, source.name);
  return imported;
}

}  // namespace woolly::import
