// Which commit to measure next: the one whose blocks are expected to tell most per second.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>

#include "ci/bisect/posterior.h"

namespace woolly::bisect {

// Bits that one normal observation is expected to give about a yes or no: the mean is 0 for no and
// `distance` standard deviations for yes, which has probability `yes`. Lindley, "On a measure of
// the information provided by an experiment", Annals of Mathematical Statistics 27 (1956).
double expected_bits(double yes, double distance);

// Bits that `blocks` more blocks of `commit` are expected to give about whether it has the change.
// The more blocks of it there are, the less a further one tells: its layout stays the same.
double expected_bits(const Posterior& posterior, std::size_t commit, int blocks);

struct Choice {
  std::size_t commit = 0;
  double bits = 0;  // of kMostBlocksAhead blocks
};

// How far ahead a choice looks: a build of a minute is worth it for twenty blocks, not for one.
inline constexpr int kMostBlocksAhead = 32;

// Below this nothing is worth measuring: kMostBlocksAhead blocks would move a probability of one
// half by some 3 %.
inline constexpr double kLeastBits = 0.003;

// Seconds before the first block of a commit can be measured: of its build, 0 when there is one.
// Nothing for a commit that is to be left out.
using CostOf = std::function<std::optional<double>(std::size_t commit)>;

// Of the commits 1 .. n. `block_s`: what a block takes. Nothing when none can tell kLeastBits.
std::optional<Choice> choose_commit(const Posterior& posterior, double block_s,
                                    const CostOf& cost_of);

}  // namespace woolly::bisect
