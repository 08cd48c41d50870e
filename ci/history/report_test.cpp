#include "ci/history/report.h"

#include <gtest/gtest.h>

#include "ci/history/test_series.h"

namespace woolly::history {
namespace {

Report report_with(double debt, std::optional<double> budget) {
  Report report;
  report.debt_budget = budget;
  Analysis analysis;
  analysis.series = test::series_of({1, 2});
  analysis.debt = debt;
  report.series.push_back({std::move(analysis), "", {}});
  return report;
}

TEST(Report, ABudgetIsUsedUpWhenItIsReached) {
  EXPECT_EQ(exit_code(report_with(0.099, 0.10)), ExitCode::kOk);
  EXPECT_EQ(exit_code(report_with(0.100, 0.10)), ExitCode::kRegression);
  EXPECT_EQ(exit_code(report_with(0.500, std::nullopt)), ExitCode::kOk);
}

TEST(Report, OnlyTheCurrentEnvironmentIsJudged) {
  Report report = report_with(0.5, 0.1);
  report.series[0].analysis.series.current = false;
  EXPECT_EQ(exit_code(report), ExitCode::kOk);
}

TEST(Report, WhatCannotBeComparedDoesNotPass) {
  Report report = report_with(0, 0.1);
  report.series[0].analysis.debt.reset();
  report.series[0].analysis.anchor = Anchor::kNotComparable;
  EXPECT_EQ(exit_code(report), ExitCode::kInconclusive);
  report.series[0].analysis.quarantine = Quarantine{"c1", 0.3, false, 0};
  EXPECT_EQ(exit_code(report), ExitCode::kOk);
  report.series.push_back(report_with(0.2, 0.1).series[0]);
  EXPECT_EQ(exit_code(report), ExitCode::kRegression);
}

}  // namespace
}  // namespace woolly::history
