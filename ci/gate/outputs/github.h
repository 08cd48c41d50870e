// The outcome as workflow commands of GitHub Actions, which it shows as annotations.
// Source: GitHub Docs, "Workflow commands for GitHub Actions", and the escapes of actions/toolkit.
#pragma once

#include <string>

#include "ci/gate/outputs/conclusion.h"

namespace woolly::gate {

// More of one kind GitHub does not show in a step.
inline constexpr int kMostAnnotations = 10;

// Lines "::error title=...::...", "::warning ..." and "::notice ...", at most kMostAnnotations of
// each, the last of them telling how many there are besides.
std::string github_annotations(const Conclusion& conclusion);

}  // namespace woolly::gate
