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

// name -> value for every flag of the table: the defaults, then WOOLLY_OPT ("name=value" separated
// by spaces), then `given`. What cannot be had here falls back, so that records tell what ran:
// gemm=direct to blas without the instructions, attention=online to blas without direct products,
// pages=huge to small where the kernel refuses them. Throws Error (usage) for an unknown name or
// value, naming what there is.
using FlagValues = std::vector<std::pair<std::string, std::string>>;
FlagValues resolve_flags(const FlagValues& given, Isa isa);

// "name=value" taken apart. Throws Error (usage) for one without "=".
std::pair<std::string, std::string> parse_flag(const std::string& text);

FastKernels kernels_for(const FlagValues& resolved, Isa isa);

// The kernel that products with weights use under these flags, as `woolly info` names it:
// "panel_matmul/avx512vnni".
std::string matmul_kernel_name(const FlagValues& resolved, Isa isa);

}  // namespace woolly
