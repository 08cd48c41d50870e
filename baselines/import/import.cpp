#include "baselines/import/import.h"

#include <fmt/format.h>

#include <woolly/error.h>

#include "baselines/import/google_benchmark.h"
#include "baselines/import/lenient_json.h"
#include "baselines/import/llama_bench.h"
#include "baselines/import/woolly_json.h"

namespace woolly::import {
namespace {

Format detect(const nlohmann::json& json, const Source& source) {
  if (looks_like_google_benchmark(json)) return Format::kGoogleBenchmark;
  if (looks_like_llama_bench(json)) return Format::kLlamaBench;
  if (looks_like_woolly(json)) return Format::kWoolly;
  throw_usage(
      fmt::format("{}: neither Google Benchmark's, llama-bench's nor woolly's JSON", source.name),
      "--format names the format, and then what is wrong is told");
}

}  // namespace

Imported import_text(std::string_view text, const Source& source, std::optional<Format> format) {
  const nlohmann::json json = parse_lenient(text, source.name);
  Imported imported;
  switch (format ? *format : detect(json, source)) {
    case Format::kGoogleBenchmark:
      imported = from_google_benchmark(json, source);
      break;
    case Format::kLlamaBench:
      imported = from_llama_bench(json, source);
      break;
    case Format::kWoolly:
      imported = from_woolly(json, source);
      break;
  }
  for (const ImportedRun& run : imported.runs) samples::validate(run.record, source.name);
  return imported;
}

}  // namespace woolly::import
