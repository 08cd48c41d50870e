// A series as one line of characters.
#pragma once

#include <span>
#include <string>

namespace woolly::history {

// Eight heights of block characters (UTF-8) from the least to the greatest value; at most `width`
// of them, neighbours joined by their median. All at middle height when the values are equal; ""
// for none.
std::string sparkline(std::span<const double> values, std::size_t width);

}  // namespace woolly::history
