// Every optimization that can be chosen by name: one table, read by --opt, by `woolly info` and by
// records of results.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/model/forward.h"

namespace woolly {

struct OptimizationFlag {
  std::string_view name;
  std::string_view meaning;
  std::vector<std::string_view> values;  // the first is the default
};

const std::vector<OptimizationFlag>& optimization_flags();

// name -> value for every flag of the table: the defaults, then `given`. Throws Error (usage) for
// an unknown name or value, naming what there is.
using FlagValues = std::vector<std::pair<std::string, std::string>>;
FlagValues resolve_flags(const FlagValues& given);

FastKernels kernels_for(const FlagValues& resolved);

}  // namespace woolly
