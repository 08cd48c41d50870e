// Which commit introduced the change, given noisy differences of some commits from the good one.
//
// The commits after the good one are 1 .. n; n is the bad one. One of them, k, introduced the
// change; beforehand each is as likely as any other. A block (ABBA) of commit j against the good
// one gives
//
//   d = (j < k ? before : after) + layout_j + noise
//
// in ln ratios. `before` is what the good commit's own luck of memory layout makes of every
// comparison with it, N(0, layout^2); `after` is unknown, all values alike. layout_j is commit j's
// luck, the same in all its blocks, N(0, layout^2), and with probability kOddCommit anything: some
// commits are odd (a change that is undone soon, a half-broken build). The noise is Student's t.
// Its scale and degrees of freedom and the size of the layout effects are not assumed: the
// posterior is averaged over a grid of them, each weighed by how well it explains all blocks. As
// `before` and `after` are independent given k, all sums factor and the computation is exact up to
// the grids.
//
// Student's t for outliers: Lange, Little & Taylor, "Robust statistical modeling using the t
// distribution", JASA 84 (1989). Averaging over nuisance parameters on a grid: Gelman et al.,
// Bayesian Data Analysis, 3.1. What relinking alone does: Mytkowicz et al. 2009.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <vector>

namespace woolly::bisect {

inline constexpr double kOddCommit = 0.01;

struct BlockValue {
  double difference = 0;  // ln ratio
  double spread = 0;      // standard deviation of it by what the block's own launches differ
};

// An ln ratio with a 95 % interval.
struct Effect {
  double mean = 0;
  double low = 0;
  double high = 0;
};

// What a next block is expected to be like: averages over the posterior.
struct Expectation {
  double effect = 0;  // after - before
  double noise = 0;   // of a block, as the standard deviation of a normal one that tells as much
  double layout = 0;
};

class Posterior {
 public:
  // `bad` are the blocks of the bad commit: at least two. They set the range of the grids, and are
  // added.
  Posterior(std::size_t commits, std::span<const BlockValue> bad);

  // A block of commit 1 .. n. Some milliseconds.
  void add(std::size_t commit, const BlockValue& block);

  std::size_t commits() const noexcept { return commits_; }
  int blocks(std::size_t commit) const;

  // P(k = commit), and P(k <= commit): that commit has the change.
  double introduced(std::size_t commit) const { return introduced_[commit]; }
  double has_change(std::size_t commit) const { return has_change_[commit]; }

  Effect effect() const;
  const Expectation& expectation() const noexcept { return expectation_; }

 private:
  struct Noise {
    double scale;
    double dof;
  };
  // Of one commit. `likelihood` is scaled to a maximum of 1, exp(log_scale) is what was taken out.
  struct Evidence {
    int blocks = 0;
    std::vector<double> log_noise;   // [noise][level]: ln p(blocks | level)
    std::vector<double> likelihood;  // [noise][layout][level]: without the commit's own layout
    std::vector<double> log_scale;   // [noise][layout]
  };
  struct Product {
    std::vector<double> values;  // by level
    double log_scale;
  };
  struct Moments {
    double log_weight;
    double mean;
    double variance;
  };

  void add_to(Evidence& evidence, const BlockValue& block);
  void spread_by_layout(Evidence& evidence);
  void update();
  // The evidence of measured commits, in order, under noise and layout `model`: of the first i with
  // the prior of `before`, for i = 0 .. all; of all but the first i under `after`.
  std::vector<Moments> before(std::size_t model) const;
  std::vector<Moments> after(std::size_t model) const;
  void multiply(Product& product, const Evidence& evidence, std::size_t model) const;
  Moments moments(Product& product) const;  // and rescales it when it gets small

  std::size_t commits_;
  std::vector<double> levels_;
  std::vector<Noise> noises_;
  std::vector<std::vector<double>> layout_kernels_;  // symmetric, the right half
  std::map<std::size_t, Evidence> measured_;
  std::vector<double> introduced_;
  std::vector<double> has_change_;
  Expectation expectation_;
  double effect_sd_ = 0;
};

}  // namespace woolly::bisect
