// The answer of a bisect, for people and for machines.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "ci/bisect/commits.h"
#include "ci/bisect/search.h"

namespace woolly::bisect {

struct Report {
  std::vector<Commit> commits;  // 0 is good, the last one bad
  std::string benchmark;
  std::string metric;
  double sign = 1;  // -1 for a metric of which more is better
  double confidence = 0.95;
  std::string resume;  // file that a further run goes on from
  Answer answer;
};

std::string render_text(const Report& report, bool color);
nlohmann::ordered_json render_json(const Report& report);

}  // namespace woolly::bisect
