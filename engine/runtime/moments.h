#pragma once

#include <algorithm>
#include <cmath>

namespace woolly {

// Mean of values as they come, and its standard error.
class Moments {
 public:
  void add(double x) {
    sum_ += x;
    sum_of_squares_ += x * x;
    ++count_;
  }
  int count() const { return count_; }
  double mean() const { return sum_ / count_; }
  double standard_error_of_mean() const {
    if (count_ < 2) return 0;
    const double variance = sum_of_squares_ / count_ - mean() * mean();
    return std::sqrt(std::max(0.0, variance) / (count_ - 1));
  }

 private:
  double sum_ = 0;
  double sum_of_squares_ = 0;
  int count_ = 0;
};

}  // namespace woolly
