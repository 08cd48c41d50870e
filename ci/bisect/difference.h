// Is there a difference between good and bad to look for? The gate's exact bounds.
#pragma once

#include <array>
#include <span>

namespace woolly::bisect {

// Like the gate's looks, and one more: whoever bisects has seen the difference before.
inline constexpr std::array kLooks = {10, 20, 40, 80, 160, 320};

enum class Difference {
  kOpen,         // more blocks are needed
  kEstablished,  // beyond noise, and at least as large as what is looked for
  kNone,         // smaller than what is looked for
  kTooNoisy,     // all looks are used up
};

struct DifferenceFound {
  Difference state = Difference::kOpen;
  double estimate = 0;  // ln ratio, positive when bad is worse; bounds at the level of one look
  double low = 0;
  double high = 0;
  int blocks = 0;  // of those given, that it rests on
};

// `blocks` are the differences of bad from good in the order of measurement; whoever asks again
// with more gets the same answer once it is not kOpen. `least`: the smallest ln ratio looked for.
DifferenceFound judge_difference(std::span<const double> blocks, double least);

}  // namespace woolly::bisect
