#include "ci/gate/outputs/findings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ci/gate/outputs/test_conclusions.h"

namespace woolly::gate {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<RuleIndex> rules_of(const Conclusion& conclusion) {
  std::vector<RuleIndex> rules;
  for (const Finding& finding : findings_of(conclusion.outcome)) rules.push_back(finding.rule);
  return rules;
}

TEST(Findings, UnchangedAndNotJudgedAreNone) {
  const auto findings = findings_of(test::regressed_and_unchanged().outcome);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].rule, kRuleRegressed);
  EXPECT_EQ(findings[0].subject(), "e2e/a|b/pp1_tg1_d0 decode_tps");
  EXPECT_EQ(findings[0].message,
            "e2e/a|b/pp1_tg1_d0 decode_tps: 300 t/s -> 272.7 t/s, -9.1 % "
            "(bounds -10.9 .. -7.3 %, margin 3.0 % user, 20 pairs)");
}

TEST(Findings, EveryStateAndTheGateAsAWhole) {
  EXPECT_THAT(rules_of(test::everything()),
              ElementsAre(kRuleFailed, kRuleFailed, kRuleMissing, kRuleRegressed, kRuleInconclusive,
                          kRuleAccepted, kRuleImproved, kRuleInconclusive));
  const auto findings = findings_of(test::not_comparable().outcome);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].subject(), "gate");
  EXPECT_THAT(findings[0].message, HasSubstr("kernel differs"));
}

TEST(Findings, ControlsThatWentWrongAreOne) {
  Conclusion conclusion = test::regressed_and_unchanged();
  Controls controls;
  controls.found = true;
  conclusion.outcome.controls = controls;
  EXPECT_THAT(rules_of(conclusion), ElementsAre(kRuleRegressed));
  conclusion.outcome.controls->null_holds = false;
  EXPECT_THAT(rules_of(conclusion), ElementsAre(kRuleRegressed, kRuleInconclusive));
  EXPECT_THAT(findings_of(conclusion.outcome)[1].message, HasSubstr("INVALID"));
}

TEST(Findings, RulesStandAtTheirIndex) {
  EXPECT_EQ(kRules[kRuleFailed].id, "failed");
  EXPECT_EQ(kRules[kRuleMissing].id, "missing");
  EXPECT_EQ(kRules[kRuleRegressed].id, "regressed");
  EXPECT_EQ(kRules[kRuleInconclusive].id, "inconclusive");
  EXPECT_EQ(kRules[kRuleNotComparable].id, "not-comparable");
  EXPECT_EQ(kRules[kRuleAccepted].id, "accepted");
  EXPECT_EQ(kRules[kRuleImproved].id, "improved");
}

}  // namespace
}  // namespace woolly::gate
