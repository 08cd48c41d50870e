#include "ci/gate/outputs/junit.h"

#include <fmt/format.h>

#include <algorithm>

#include "ci/gate/outputs/findings.h"
#include "ci/gate/outputs/texts.h"

namespace woolly::gate {
namespace {

std::string xml(std::string_view text) {
  return escaped(text, {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}});
}

std::string_view element_of(RuleIndex rule) {
  switch (rule) {
    case kRuleFailed:
    case kRuleMissing:
      return "error";
    case kRuleRegressed:
      return "failure";
    case kRuleInconclusive:
    case kRuleNotComparable:
    case kRuleAccepted:
      return "skipped";
    case kRuleImproved:
      break;
  }
  return "";
}

struct Counts {
  int tests = 0;
  int failures = 0;
  int errors = 0;
  int skipped = 0;
};

// `finding` is null for a series without one.
std::string test_case(std::string_view classname, std::string_view name, const Finding* finding,
                      Counts& counts) {
  const std::string_view element = finding != nullptr ? element_of(finding->rule) : "";
  ++counts.tests;
  counts.failures += element == "failure" ? 1 : 0;
  counts.errors += element == "error" ? 1 : 0;
  counts.skipped += element == "skipped" ? 1 : 0;
  std::string text =
      fmt::format("    <testcase classname=\"{}\" name=\"{}\"", xml(classname), xml(name));
  if (element.empty()) return text + "/>\n";
  text += fmt::format(">\n      <{} message=\"{}\"", element, xml(finding->message));
  if (element != "skipped") text += fmt::format(" type=\"{}\"", kRules[finding->rule].id);
  return text + "/>\n    </testcase>\n";
}

std::string test_cases(const Outcome& outcome, Counts& counts) {
  const std::vector<Finding> findings = findings_of(outcome);
  std::string text;
  int whole = 0;
  for (const Finding& finding : findings) {
    if (!finding.metric.empty()) continue;
    ++whole;
    text +=
        test_case("gate", fmt::format("{} {}", kRules[finding.rule].id, whole), &finding, counts);
  }
  for (const SeriesOutcome& s : outcome.series) {
    if (!s.judged) continue;
    const auto found = std::find_if(findings.begin(), findings.end(), [&](const Finding& finding) {
      return finding.benchmark == s.key.benchmark && finding.metric == s.key.metric;
    });
    text += test_case(s.key.benchmark, s.key.metric, found == findings.end() ? nullptr : &*found,
                      counts);
  }
  return text;
}

std::string properties(const Conclusion& conclusion) {
  const auto property = [](std::string_view name, std::string_view value) {
    return fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", name, xml(value));
  };
  return "    <properties>\n" + property("base", conclusion.base) +
         property("head", conclusion.head) + property("verdict", headline(conclusion.outcome)) +
         property("exit_code", fmt::to_string(static_cast<int>(conclusion.code))) +
         property("machine_id", conclusion.outcome.machine_id) +
         property("seed", fmt::to_string(conclusion.outcome.seed)) + "    </properties>\n";
}

std::string output_text(const Conclusion& conclusion) {
  std::string text = summary_line(conclusion) + "\n" + conclusion.outcome.method + "\n";
  for (const std::string& note : conclusion.outcome.notes) text += "note: " + note + "\n";
  return text;
}

}  // namespace

std::string junit_xml(const Conclusion& conclusion) {
  Counts counts;
  const std::string cases = test_cases(conclusion.outcome, counts);
  const std::string totals =
      fmt::format("name=\"woolly gate\" tests=\"{}\" failures=\"{}\" errors=\"{}\" time=\"{:.3f}\"",
                  counts.tests, counts.failures, counts.errors, conclusion.outcome.elapsed_s);
  std::string timestamp = conclusion.started_at;  // the format has no zone; UTC by convention
  if (timestamp.ends_with('Z')) timestamp.pop_back();
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {}>\n"
      "  <testsuite {} skipped=\"{}\" timestamp=\"{}\">\n{}{}    <system-out>{}</system-out>\n"
      "  </testsuite>\n</testsuites>\n",
      totals, totals, counts.skipped, timestamp, properties(conclusion), cases,
      xml(output_text(conclusion)));
}

}  // namespace woolly::gate
