#include "ci/gate/outputs/github.h"

#include <fmt/format.h>

#include "ci/gate/outputs/findings.h"
#include "ci/gate/outputs/texts.h"

namespace woolly::gate {
namespace {

std::string message_text(std::string_view text) {
  return escaped(text, {{'%', "%25"}, {'\r', "%0D"}, {'\n', "%0A"}});
}

std::string property_text(std::string_view text) {
  return escaped(text, {{'%', "%25"}, {'\r', "%0D"}, {'\n', "%0A"}, {':', "%3A"}, {',', "%2C"}});
}

std::string command_lines(std::string_view command, const std::vector<Finding>& findings,
                          Severity severity) {
  std::vector<std::string> lines;
  for (const Finding& finding : findings) {
    if (kRules[finding.rule].severity != severity) continue;
    const std::string title =
        fmt::format("woolly gate: {}: {}", kRules[finding.rule].id, finding.subject());
    lines.push_back(fmt::format("::{} title={}::{}\n", command, property_text(title),
                                message_text(finding.message)));
  }
  if (lines.size() > kMostAnnotations) {
    const std::size_t shown = kMostAnnotations - 1;
    const std::size_t more = lines.size() - shown;
    lines.resize(shown);
    lines.push_back(
        fmt::format("::{} title=woolly gate::and {} more: see the summary\n", command, more));
  }
  std::string text;
  for (const std::string& line : lines) text += line;
  return text;
}

}  // namespace

std::string github_annotations(const Conclusion& conclusion) {
  const std::vector<Finding> findings = findings_of(conclusion.outcome);
  return command_lines("error", findings, Severity::kError) +
         command_lines("warning", findings, Severity::kWarning) +
         command_lines("notice", findings, Severity::kNote);
}

}  // namespace woolly::gate
