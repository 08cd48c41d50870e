// The search itself: what to measure next, and when to stop.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ci/bisect/block.h"
#include "ci/bisect/difference.h"
#include "ci/bisect/posterior.h"
#include "ci/bisect/state.h"
#include "ci/gate/progress.h"

namespace woolly::bisect {

// The search's only door to the world. Commit 0 is the good one.
class Bench {
 public:
  virtual ~Bench() = default;
  // Whether a block of it can be measured at once.
  virtual bool is_built(std::size_t commit) const = 0;
  virtual Attempt build(std::size_t commit) = 0;
  // Of a commit that is built, and commit 0 too.
  virtual Attempt measure(std::size_t commit) = 0;
  virtual double now_s() = 0;
};

struct SearchSettings {
  double confidence = 0.95;
  double least = 0.01;  // the smallest ln ratio of bad to good that is looked for
  std::optional<double> budget_s;
};

enum class Ending {
  kFound,
  kNoDifference,  // between good and bad
  kTooNoisy,      // to tell whether there is one
  kExhausted,     // more blocks would not tell more
  kBudget,
  kInterrupted,
};

// Commits first .. last, one of which introduced the change; nothing tells them apart, as those
// before `last` were skipped.
struct Suspect {
  std::size_t first = 0;
  std::size_t last = 0;
  double probability = 0;
};

// Where commits that were measured stand, and whether the model can explain it.
struct Level {
  std::size_t commit = 0;
  double difference = 0;  // Hodges-Lehmann, ln ratio to the good commit
  int blocks = 0;
};

struct Answer {
  Ending ending = Ending::kInterrupted;
  DifferenceFound difference;  // of bad from good
  std::optional<Effect>
      effect;  // of the commit that introduced the change; once there are suspects
  std::vector<Suspect>
      suspects;                  // the most probable first; none before a difference is established
  std::vector<Level> levels;     // by commit
  std::vector<std::size_t> odd;  // commits at neither level: there may be more than one change
  State state;
  double seconds = 0;  // of this run
};

// Goes on from `state`; `keep` is called with each change of it. Throws Error: (usage) when good or
// bad does not build, (benchmark failed) when the benchmark fails there.
Answer search(std::size_t commits, Bench& bench, State state, const SearchSettings& settings,
              const std::function<void(const State&)>& keep, gate::Progress& progress);

}  // namespace woolly::bisect
