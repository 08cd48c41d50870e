// Which metrics decide, which are only shown, and how they are turned into "worse is more".
#pragma once

#include <string_view>

namespace woolly::gate {

enum class Use {
  kJudged,    // a change beyond the margin is a verdict
  kReported,  // shown beside the verdicts: tails, which need a test of their own, and restatements
  kIgnored,
};

struct MetricRule {
  std::string_view metric;
  Use use;
  double absolute_floor;  // in the metric's unit: a smaller change is never a regression
  std::string_view why;
};

// Every other metric is ignored. "cost:WHAT" and "score:WHAT" follow the rule of their first word.
MetricRule metric_rule(std::string_view metric);

// Whether it is a judged time or rate, so that a process that is stopped and continued all the time
// has a worse one.
bool slows_with_its_process(std::string_view metric);

// The sign that makes a logarithm of this metric grow when things get worse: -1 for rates.
double worse_sign(std::string_view metric, std::string_view unit);

}  // namespace woolly::gate
