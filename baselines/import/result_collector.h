// Groups single values into results, in the order in which their keys first come.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "baselines/samples/samples.h"

namespace woolly::import {

class ResultCollector {
 public:
  void add(const std::string& benchmark, const std::string& metric, const std::string& unit,
           double value) {
    const auto [it, is_new] = index_.try_emplace({benchmark, metric, unit}, results_.size());
    if (is_new) results_.push_back({benchmark, metric, unit, {}, ""});
    results_[it->second].samples.push_back(value);
  }

  bool empty() const { return results_.empty(); }
  std::vector<samples::Result> take() { return std::move(results_); }

 private:
  std::map<std::tuple<std::string, std::string, std::string>, std::size_t> index_;
  std::vector<samples::Result> results_;
};

}  // namespace woolly::import
