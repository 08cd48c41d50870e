// The words and numbers that the outputs share, so that all of them say the same.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ci/gate/outputs/conclusion.h"

namespace woolly::gate {

inline constexpr std::size_t kColumns = 9;
using Row = std::array<std::string, kColumns>;

extern const Row kHeader;
Row row_of(const SeriesOutcome& series);  // the cells below kHeader

// What needs a reader first: failures, regressions, open questions.
std::vector<SeriesOutcome> by_urgency(const Outcome& outcome);

std::string value_text(double value, const std::string& unit);  // "204.5 t/s", "3.0 MiB"
std::string percent_text(double change);                        // "-9.1 %"
std::string bounds_text(const SeriesOutcome& series);           // "-10.7 .. -7.4 %"
std::string margin_text(const SeriesOutcome& series);           // "3.0 % user"

// The bounds of the metric's value, the smaller first.
std::pair<double, double> value_bounds(const SeriesOutcome& series);

// "REGRESSED: 1 REGRESSED, 5 UNCHANGED (exit 1, 1 m 35 s)"
std::string summary_line(const Conclusion& conclusion);

// "controls: base against itself +0.1 %, ...", or what they found to be wrong.
std::string controls_text(const Controls& controls);

// Everything a reader should know besides the rows, a line each.
std::vector<std::string> remarks(const Outcome& outcome);

// What this run would have found; "" when that is not known for every series.
std::string power_line(const Outcome& outcome);

// `text` with each of `replacements` (character, what stands for it) made.
using Replacements = std::vector<std::pair<char, std::string_view>>;
std::string escaped(std::string_view text, const Replacements& replacements);

}  // namespace woolly::gate
