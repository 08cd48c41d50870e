// p values adjusted for having looked at many: compare them with the level as if there were one.
#pragma once

#include <span>
#include <vector>

namespace woolly::stats {

// Controls the probability of any false rejection, whatever the dependence. Holm, "A simple
// sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6 (1979).
std::vector<double> holm_adjusted(std::span<const double> p_values);

// Controls the expected share of false rejections among all rejections, under independence or
// positive dependence. Benjamini & Hochberg, "Controlling the false discovery rate", JRSS B 57
// (1995).
std::vector<double> benjamini_hochberg_adjusted(std::span<const double> p_values);

}  // namespace woolly::stats
