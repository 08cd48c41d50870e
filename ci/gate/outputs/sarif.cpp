#include "ci/gate/outputs/sarif.h"

#include <fmt/format.h>

#include <woolly/version.h>

#include "ci/gate/outputs/findings.h"

namespace woolly::gate {
namespace {

using nlohmann::ordered_json;

std::string_view level_of(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
    case Severity::kNote:
      break;
  }
  return "note";
}

// RFC 3986: a path of unreserved characters, everything else percent-encoded.
std::string uri_of(std::string_view name) {
  std::string uri;
  for (const char c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~/").find(c) != std::string_view::npos;
    uri += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return uri;
}

ordered_json rules() {
  ordered_json list = ordered_json::array();
  for (const Rule& rule : kRules) {
    list.push_back({{"id", rule.id},
                    {"shortDescription", {{"text", rule.title}}},
                    {"help", {{"text", rule.help}}},
                    {"defaultConfiguration", {{"level", level_of(rule.severity)}}}});
  }
  return list;
}

ordered_json location_of(const Finding& finding) {
  const std::string artifact = finding.metric.empty() ? "gate" : finding.benchmark;
  return {
      {"physicalLocation",
       {{"artifactLocation", {{"uri", uri_of(artifact)}}}, {"region", {{"startLine", 1}}}}},
      {"logicalLocations",
       ordered_json::array({{{"fullyQualifiedName", finding.subject()}, {"kind", "benchmark"}}})}};
}

ordered_json result_of(const Finding& finding) {
  const Rule& rule = kRules[finding.rule];
  return {
      {"ruleId", rule.id},
      {"ruleIndex", static_cast<int>(finding.rule)},
      {"level", level_of(rule.severity)},
      {"message", {{"text", finding.message}}},
      {"locations", ordered_json::array({location_of(finding)})},
      // The same finding of the next run is the same alert.
      {"partialFingerprints", {{"series/v1", fmt::format("{} {}", rule.id, finding.subject())}}}};
}

}  // namespace

ordered_json sarif_document(const Conclusion& conclusion) {
  ordered_json results = ordered_json::array();
  for (const Finding& finding : findings_of(conclusion.outcome)) {
    results.push_back(result_of(finding));
  }
  const ordered_json driver = {
      {"name", "woolly gate"}, {"version", build_info().version}, {"rules", rules()}};
  const ordered_json invocation = {{"executionSuccessful", conclusion.outcome.failures.empty()},
                                   {"exitCode", static_cast<int>(conclusion.code)},
                                   {"exitCodeDescription", headline(conclusion.outcome)},
                                   {"startTimeUtc", conclusion.started_at}};
  const ordered_json run = {{"tool", {{"driver", driver}}},
                            {"invocations", ordered_json::array({invocation})},
                            {"columnKind", "utf16CodeUnits"},
                            {"results", results},
                            {"properties",
                             {{"base", conclusion.base},
                              {"head", conclusion.head},
                              {"method", conclusion.outcome.method}}}};
  return {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
          {"version", "2.1.0"},
          {"runs", ordered_json::array({run})}};
}

}  // namespace woolly::gate
