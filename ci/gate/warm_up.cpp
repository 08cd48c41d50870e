#include "ci/gate/warm_up.h"

#include <cmath>
#include <vector>

#include "ci/gate/metrics.h"
#include "ci/gate/paired_series.h"
#include "ci/stats/quantile.h"

namespace woolly::gate {

double typical_gain(const samples::Record& before, const samples::Record& after) {
  std::vector<double> gains;
  for (const samples::Result& result : before.results) {
    if (!slows_with_its_process(result.metric)) continue;
    const store::SeriesKey key{result.benchmark, result.metric, result.unit};
    try {
      const auto left = value_in(before, key);
      const auto right = value_in(after, key);
      if (left && right)
        gains.push_back(worse_sign(key.metric, key.unit) * std::log(*left / *right));
    } catch (const Error&) {
      // A value without a logarithm fails its series when it is added to it.
    }
  }
  return gains.empty() ? 0 : stats::median(gains);
}

}  // namespace woolly::gate
