// The outcome as a comment on a pull request.
#pragma once

#include <string>

#include "ci/gate/outputs/conclusion.h"

namespace woolly::gate {

std::string markdown_text(const Conclusion& conclusion);

}  // namespace woolly::gate
