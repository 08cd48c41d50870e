// How an operation's variants are listed and chosen; the same for every operation.
#pragma once

#include <span>
#include <string_view>

#include "engine/base/check.h"
#include "engine/base/cpu_features.h"

namespace woolly {

// One implementation of an operation. `name` is part of benchmark names, so it is a database key.
template <typename Function>
struct KernelVariant {
  std::string_view name;
  Isa isa;  // what the machine must have
  Function function;
};

// Variants stand best first; takes the first that needs no more than `best`.
template <typename Function>
const KernelVariant<Function>& select_variant(std::span<const KernelVariant<Function>> variants,
                                              Isa best) {
  for (const KernelVariant<Function>& variant : variants) {
    if (includes(best, variant.isa)) return variant;
  }
  check_failed("an operation has a generic variant", __FILE__, __LINE__);
}

}  // namespace woolly
