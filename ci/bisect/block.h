// One block of launches: a commit against the good one.
#pragma once

#include <random>
#include <string>

#include "ci/bisect/posterior.h"
#include "ci/gate/launcher.h"

namespace woolly::bisect {

// Of what a launch measures, the one series that counts.
struct Series {
  std::string benchmark;  // "" for whatever the launch calls it
  std::string metric;
};

// How an attempt at a block, or at a build, ended.
struct Attempt {
  enum class End { kDone, kFailed, kInterrupted };
  End end = End::kDone;
  bool good_failed = false;  // it was not the commit under test that failed
  std::string why;           // one line, of a failure
  BlockValue value = {};     // the difference is positive when the commit is worse
};

// ABBA or BAAB at random, each launch with random padding; repeated once when the hypervisor took
// CPU time from it, as in a gate. The launcher's base is the good commit.
Attempt measure_block(gate::Launcher& launcher, const gate::Subject& subject, const Series& series,
                      std::mt19937_64& random);

// A launch of both that does not count: reads the programs from disk, and finds what fails.
Attempt warm_up(gate::Launcher& launcher, const gate::Subject& subject, const Series& series);

}  // namespace woolly::bisect
