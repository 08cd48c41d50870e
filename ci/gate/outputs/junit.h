// The outcome as JUnit XML, which every CI system shows as tests: a judged series is a test case,
// REGRESSED a failure, FAILED and MISSING an error, INCONCLUSIVE and ACCEPTED skipped.
// Source: the elements that Jenkins' xUnit plugin and GitLab read; junit.xsd beside this file.
#pragma once

#include <string>

#include "ci/gate/outputs/conclusion.h"

namespace woolly::gate {

std::string junit_xml(const Conclusion& conclusion);

}  // namespace woolly::gate
