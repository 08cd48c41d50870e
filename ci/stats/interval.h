// A two-sided interval, in the unit of what it is about; an end that the data cannot bound is
// infinite.
#pragma once

namespace woolly::stats {

struct Interval {
  double low;
  double high;
};

}  // namespace woolly::stats
