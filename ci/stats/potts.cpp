#include "ci/stats/potts.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <queue>

#include "engine/base/check.h"

namespace woolly::stats {
namespace {

// The sum of absolute deviations from the median of values added one by one: the lower and the
// upper half in heaps.
class Deviation {
 public:
  double add(double value) {
    if (low_.empty() || value <= low_.top()) {
      low_.push(value);
      low_sum_ += value;
    } else {
      high_.push(value);
      high_sum_ += value;
    }
    if (low_.size() > high_.size() + 1) {
      move(low_, low_sum_, high_, high_sum_);
    } else if (high_.size() > low_.size()) {
      move(high_, high_sum_, low_, low_sum_);
    }
    const double median_surplus = low_.size() > high_.size() ? low_.top() : 0.0;
    return high_sum_ - (low_sum_ - median_surplus);
  }

 private:
  template <typename From, typename To>
  static void move(From& from, double& from_sum, To& to, double& to_sum) {
    const double value = from.top();
    from.pop();
    from_sum -= value;
    to.push(value);
    to_sum += value;
  }

  std::priority_queue<double> low_;
  std::priority_queue<double, std::vector<double>, std::greater<>> high_;
  double low_sum_ = 0;
  double high_sum_ = 0;
};

}  // namespace

std::vector<std::size_t> l1_potts(std::span<const double> values, double penalty,
                                  std::size_t min_segment) {
  WOOLLY_CHECK(min_segment >= 1);
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  // best[end] is the least cost of values[0, end), last_begin[end] where its last segment begins.
  std::vector<double> best(values.size() + 1, kInfinity);
  std::vector<std::size_t> last_begin(values.size() + 1, 0);
  best[0] = -penalty;
  for (std::size_t end = min_segment; end <= values.size(); ++end) {
    Deviation deviation;
    for (std::size_t begin = end; begin-- > 0;) {
      const double cost = best[begin] + penalty + deviation.add(values[begin]);
      if (end - begin >= min_segment && cost < best[end]) {
        best[end] = cost;
        last_begin[end] = begin;
      }
    }
  }
  std::vector<std::size_t> begins;
  for (std::size_t begin = last_begin[values.size()]; begin > 0; begin = last_begin[begin]) {
    begins.push_back(begin);
  }
  std::reverse(begins.begin(), begins.end());
  return begins;
}

std::size_t best_l1_split(std::span<const double> values, std::size_t min_segment) {
  WOOLLY_CHECK(min_segment >= 1);
  if (values.size() < 2 * min_segment) return 0;
  std::vector<double> right_cost(values.size());
  Deviation right;
  for (std::size_t begin = values.size(); begin-- > 0;)
    right_cost[begin] = right.add(values[begin]);
  Deviation left;
  double least = std::numeric_limits<double>::infinity();
  std::size_t split = 0;
  for (std::size_t begin = 1; begin + min_segment <= values.size(); ++begin) {
    const double cost = left.add(values[begin - 1]) + right_cost[begin];
    if (begin >= min_segment && cost < least) {
      least = cost;
      split = begin;
    }
  }
  return split;
}

}  // namespace woolly::stats
