#include "e2e/launch_report.h"

#include <fmt/format.h>

#include <cmath>
#include <map>

#include <woolly/error.h>

#include "engine/cli/profile_json.h"

namespace woolly::e2e {
namespace {

using nlohmann::json;

[[noreturn]] void fail(std::string message) {
  throw Error(ExitCode::kBenchmarkFailed, std::move(message));
}

json parse_object(std::string_view text) {
  json object = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) {
    constexpr std::size_t kShown = 60;
    std::string shown(text.substr(0, kShown));
    for (char& c : shown) {
      if (static_cast<unsigned char>(c) < ' ') c = ' ';
    }
    fail(text.empty() ? "printed no report"
                      : fmt::format("printed '{}{}' where a report should stand", shown,
                                    text.size() > kShown ? "..." : ""));
  }
  return object;
}

template <typename T>
T read(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) fail(fmt::format("report without '{}'", key));
  try {
    return found->get<T>();
  } catch (const json::exception&) {
    fail(fmt::format("report with a wrong type of '{}'", key));
  }
}

double read_positive(const json& object, const char* key) {
  const auto value = read<double>(object, key);
  if (!std::isfinite(value) || value <= 0) {
    fail(fmt::format("report with an impossible '{}' of {}", key, value));
  }
  return value;
}

ModelInfo read_model(const json& object) {
  ModelInfo model{};
  model.path = read<std::string>(object, "path");
  model.architecture = read<std::string>(object, "architecture");
  model.name = read<std::string>(object, "name");
  model.content_hash = read<std::string>(object, "content_hash");
  model.file_bytes = read<std::uint64_t>(object, "file_bytes");
  model.parameters = read<std::uint64_t>(object, "parameters");
  model.weight_bytes_per_token = read<std::uint64_t>(object, "weight_bytes_per_token");
  model.context_train = read<int>(object, "context_train");
  model.vocab_size = read<int>(object, "vocab_size");
  return model;
}

ProfileEntries read_profile(const json& array) {
  try {
    return profile_from_json(array);
  } catch (const json::exception& error) {
    fail(fmt::format("report with a bad 'profile': {}", error.what()));
  }
}

}  // namespace

nlohmann::ordered_json to_json(const LaunchReport& report) {
  nlohmann::ordered_json options = nlohmann::ordered_json::object();
  for (const auto& [name, value] : report.options) options[name] = value;
  const ModelInfo& model = report.model;
  nlohmann::ordered_json json{
      {"load_ms", report.load_ms},
      {"prefill_s", report.prefill_s},
      {"ttft_ms", report.ttft_ms},
      {"decode_ns", report.decode_ns},
      {"peak_rss_bytes", report.peak_rss_bytes},
      {"token_hash", report.token_hash},
      {"implementation", report.implementation},
      {"kv_type", report.kv_type},
      {"isa", report.isa},
      {"threads", report.threads},
      {"options", options},
      {"model",
       {{"path", model.path},
        {"architecture", model.architecture},
        {"name", model.name},
        {"content_hash", model.content_hash},
        {"file_bytes", model.file_bytes},
        {"parameters", model.parameters},
        {"weight_bytes_per_token", model.weight_bytes_per_token},
        {"context_train", model.context_train},
        {"vocab_size", model.vocab_size}}},
  };
  if (!report.profile.empty()) json["profile"] = profile_to_json(report.profile);
  return json;
}

LaunchReport parse_launch_report(std::string_view text, const Benchmark& benchmark) {
  const json object = parse_object(text);
  LaunchReport report;
  report.batch = benchmark.batch;
  report.load_ms = read_positive(object, "load_ms");
  report.prefill_s = read_positive(object, "prefill_s");
  report.ttft_ms = read_positive(object, "ttft_ms");
  report.decode_ns = read<std::vector<std::int64_t>>(object, "decode_ns");
  if (report.decode_ns.size() != static_cast<std::size_t>(benchmark.generated_tokens)) {
    fail(fmt::format("report with {} decode steps instead of {}", report.decode_ns.size(),
                     benchmark.generated_tokens));
  }
  for (const std::int64_t step : report.decode_ns) {
    if (step <= 0) fail(fmt::format("report with a decode step of {} ns", step));
  }
  report.peak_rss_bytes = read<std::uint64_t>(object, "peak_rss_bytes");
  report.token_hash = read<std::string>(object, "token_hash");
  if (!is_token_hash(report.token_hash)) {
    fail(fmt::format("report with a 'token_hash' that is none: '{}'", report.token_hash));
  }
  report.implementation = read<std::string>(object, "implementation");
  report.kv_type = read<std::string>(object, "kv_type");
  report.isa = read<std::string>(object, "isa");
  report.threads = read<int>(object, "threads");
  for (const auto& [name, value] : read<std::map<std::string, std::string>>(object, "options")) {
    report.options.emplace_back(name, value);
  }
  report.model = read_model(read<json>(object, "model"));
  if (benchmark.profile) report.profile = read_profile(read<json>(object, "profile"));
  return report;
}

double parse_load_report(std::string_view text) {
  return read_positive(parse_object(text), "load_ms");
}

}  // namespace woolly::e2e
