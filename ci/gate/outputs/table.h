// The outcome on a terminal.
#pragma once

#include <string>

#include "ci/gate/outputs/conclusion.h"

namespace woolly::gate {

std::string table_text(const Conclusion& conclusion, bool color);

}  // namespace woolly::gate
