// How large a probability can be, given how often something happened.
#pragma once

#include <cstdint>

#include "ci/stats/interval.h"

namespace woolly::stats {

// The exact two-sided interval of Clopper & Pearson, "The use of confidence or fiducial limits
// illustrated in the case of the binomial", Biometrika 26 (1934): it covers with at least
// `confidence`. 0 <= successes <= trials, trials > 0, 0 < confidence < 1.
Interval clopper_pearson(std::int64_t successes, std::int64_t trials, double confidence);

}  // namespace woolly::stats
