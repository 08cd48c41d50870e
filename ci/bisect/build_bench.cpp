#include "ci/bisect/build_bench.h"

#include <chrono>

namespace woolly::bisect {

Attempt BuildBench::measure(std::size_t commit) {
  std::unique_ptr<gate::Launcher>& launcher = launchers_[commit];
  if (!launcher) {
    launcher = builds_.launcher(commit);
    Attempt warm = warm_up(*launcher, benchmark_.subject, benchmark_.series);
    if (warm.end != Attempt::End::kDone) return warm;
  }
  return measure_block(*launcher, benchmark_.subject, benchmark_.series, random_);
}

double BuildBench::now_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace woolly::bisect
