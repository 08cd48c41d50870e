// Every optimization that can be chosen by name: one table, read by --opt, by `woolly info` and by
// records of results.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/model/forward.h"

namespace woolly {

struct OptimizationFlag {
  struct Range {
    std::uint64_t first;
    std::uint64_t last;
  };

  std::string_view name;
  std::string_view meaning;
  std::vector<std::string_view> values;  // the first is the default
  std::optional<Range> range = {};       // set: any whole number in it, and `values` is the default

  // What a value can be, for people: "huge small", "1 to 100".
  std::string choices(std::string_view separator) const;
};

const std::vector<OptimizationFlag>& optimization_flags();

// name -> value for every flag of the table: the defaults, then WOOLLY_OPT ("name=value" separated
// by spaces), then `given`; isa=best is `best`. What cannot be had falls back, so that records tell
// what ran: gemm=direct to blas without the instructions, attention=online to blas and
// dequant=direct to every_use without direct products, pages=huge to small where the kernel refuses
// them; what has no part in a run is recorded as its default (a limit without a cache, fusion
// without direct passes), because runs that do the same are recorded the same. Throws Error (usage)
// for an unknown name or value, naming what there is, for an isa that `machine` does not have and
// for a dequant that the asked gemm does not do.
using FlagValues = std::vector<std::pair<std::string, std::string>>;
FlagValues resolve_flags(const FlagValues& given, Isa best, const CpuFeatures& machine);
FlagValues resolve_flags(const FlagValues& given);  // on this machine

// "name=value" taken apart. Throws Error (usage) for one without "=".
std::pair<std::string, std::string> parse_flag(const std::string& text);

FastKernels kernels_for(const FlagValues& resolved);
Isa isa_of(const FlagValues& resolved);
DType kv_type_of(const FlagValues& resolved);

// The kernel that products with weights use under these flags, as `woolly info` names it:
// "panel_matmul/avx512vnni".
std::string matmul_kernel_name(const FlagValues& resolved);

}  // namespace woolly
