// The outcome as SARIF 2.1.0, which code scanning shows beside a change: a result per finding.
// Source: OASIS, Static Analysis Results Interchange Format Version 2.1.0.
#pragma once

#include <nlohmann/json.hpp>

#include "ci/gate/outputs/conclusion.h"

namespace woolly::gate {

// A benchmark has no line of code: it is the logical location, and its name, as a relative URI, the
// artifact that GitHub requires.
nlohmann::ordered_json sarif_document(const Conclusion& conclusion);

}  // namespace woolly::gate
