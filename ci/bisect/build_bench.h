// The search's door to the real world: builds, and launches of them.
#pragma once

#include <map>
#include <memory>
#include <random>

#include "ci/bisect/builds.h"
#include "ci/bisect/search.h"

namespace woolly::bisect {

class BuildBench : public Bench {
 public:
  BuildBench(Builds& builds, const Benchmark& benchmark, std::uint64_t seed)
      : builds_(builds), benchmark_(benchmark), random_(seed) {}

  bool is_built(std::size_t commit) const override { return builds_.is_built(commit); }
  Attempt build(std::size_t commit) override { return builds_.build(commit); }
  // The first time of a commit one launch of each comes before, which does not count.
  Attempt measure(std::size_t commit) override;
  double now_s() override;

 private:
  Builds& builds_;
  const Benchmark& benchmark_;
  std::mt19937_64 random_;
  std::map<std::size_t, std::unique_ptr<gate::Launcher>> launchers_;
};

}  // namespace woolly::bisect
