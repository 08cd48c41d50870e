#include "ci/bisect/gain.h"

#include <algorithm>
#include <cmath>

namespace woolly::bisect {
namespace {

constexpr double kNegligible = 1e-4;  // nothing to learn about what is as good as known

constexpr double kInverseRootTwoPi = 0.3989422804014327;

double normal_density(double x) { return kInverseRootTwoPi * std::exp(-0.5 * x * x); }

}  // namespace

double expected_bits(double yes, double distance) {
  if (yes < kNegligible || yes > 1 - kNegligible) return 0;
  constexpr double kTail = 5;
  constexpr int kSteps = 48;
  distance = std::min(std::abs(distance), 2 * kTail);
  const double step = (distance + 2 * kTail) / kSteps;
  double bits = 0;
  for (int i = 0; i <= kSteps; ++i) {
    const double x = -kTail + step * i;
    const double if_no = normal_density(x);
    const double if_yes = normal_density(x - distance);
    const double either = yes * if_yes + (1 - yes) * if_no;
    if (if_yes > 0) bits += step * yes * if_yes * std::log2(if_yes / either);
    if (if_no > 0) bits += step * (1 - yes) * if_no * std::log2(if_no / either);
  }
  return std::max(0.0, bits);
}

double expected_bits(const Posterior& posterior, std::size_t commit, int blocks) {
  const Expectation& expected = posterior.expectation();
  const double noise = expected.noise * expected.noise;
  const double layout = expected.layout * expected.layout;
  // Given yes or no, what the blocks so far say about the commit's own layout.
  const double known = noise / (noise + posterior.blocks(commit) * layout);
  const double deviation = std::sqrt(noise / blocks + known * layout);
  return expected_bits(posterior.has_change(commit), known * expected.effect / deviation);
}

std::optional<Choice> choose_commit(const Posterior& posterior, double block_s,
                                    const CostOf& cost_of) {
  Choice best;
  double best_rate = 0;
  for (std::size_t commit = 1; commit <= posterior.commits(); ++commit) {
    const std::optional<double> cost_s = cost_of(commit);
    if (!cost_s) continue;
    const double most = expected_bits(posterior, commit, kMostBlocksAhead);
    if (most < kLeastBits) continue;
    for (int blocks = 1; blocks <= kMostBlocksAhead; blocks *= 2) {
      const double rate = expected_bits(posterior, commit, blocks) / (*cost_s + blocks * block_s);
      if (rate <= best_rate) continue;
      best_rate = rate;
      best = {commit, most};
    }
  }
  if (best.commit == 0) return std::nullopt;
  return best;
}

}  // namespace woolly::bisect
