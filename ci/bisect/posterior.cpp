#include "ci/bisect/posterior.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>

#include "ci/stats/hodges_lehmann.h"
#include "ci/stats/quantile.h"
#include "engine/base/check.h"

namespace woolly::bisect {
namespace {

constexpr std::size_t kLevels = 160;
constexpr std::array kDegreesOfFreedom = {2.0, 6.0, 30.0};
constexpr std::array kLayouts = {0.001, 0.003, 0.01};
constexpr int kScales = 9;
constexpr double kScaleStep =
    1.4142135623730951;  // from a quarter of the first guess to four times

// Room for `before` and for a bad commit whose first blocks were lucky.
constexpr double kLeastRoom = 0.03;
constexpr double kRoomInDeviations = 3;

constexpr double kDofOfSpread = 2;  // two arms, two launches each

constexpr double kNormal95 = 1.96;
constexpr double kUnderflowNear = 1e-100;

// ln of Student's density but for a constant of the degrees of freedom.
double log_student(double x, double dof) { return -0.5 * (dof + 1) * std::log1p(x * x / dof); }

double log_student_constant(double dof) {
  return std::lgamma(0.5 * (dof + 1)) - std::lgamma(0.5 * dof) - 0.5 * std::log(dof);
}

// A density that falls to 1 % of its top at 3 deviations and is cut there.
std::vector<double> half_kernel(double deviation, double step) {
  std::vector<double> half = {1.0};
  for (double x = step; x <= 3 * deviation; x += step) {
    half.push_back(std::exp(-0.5 * x * x / (deviation * deviation)));
  }
  double total = half[0];
  for (std::size_t i = 1; i < half.size(); ++i) total += 2 * half[i];
  for (double& weight : half) weight /= total;
  return half;
}

// Beyond an end the likelihood is taken to stay what it is there.
std::vector<double> padded(const std::vector<double>& in, std::size_t room) {
  std::vector<double> out(room, in.front());
  out.insert(out.end(), in.begin(), in.end());
  out.resize(out.size() + room, in.back());
  return out;
}

// `in` has room for the kernel on both sides.
void convolve(const double* in, const std::vector<double>& half, double* out) {
  for (std::size_t i = 0; i < kLevels; ++i) out[i] = half[0] * in[i];
  for (std::size_t h = 1; h < half.size(); ++h) {
    const double* left = in - h;
    const double* right = in + h;
    for (std::size_t i = 0; i < kLevels; ++i) out[i] += half[h] * (left[i] + right[i]);
  }
}

}  // namespace

Posterior::Posterior(std::size_t commits, std::span<const BlockValue> bad) : commits_(commits) {
  WOOLLY_CHECK(commits > 0 && bad.size() >= 2);
  std::vector<double> differences;
  for (const BlockValue& block : bad) differences.push_back(block.difference);
  const double centre = stats::hodges_lehmann_center(differences);
  const double deviation = stats::robust_sd(differences);
  const double room = std::max(kLeastRoom, kRoomInDeviations * deviation);
  const double low = std::min(0.0, centre) - room;
  const double step = (std::max(0.0, centre) + room - low) / (kLevels - 1);
  for (std::size_t i = 0; i < kLevels; ++i) levels_.push_back(low + step * static_cast<double>(i));
  const double guess = std::max(deviation, step);
  for (int i = 0; i < kScales; ++i) {
    const double scale = guess * std::pow(kScaleStep, i - kScales / 2);
    for (const double dof : kDegreesOfFreedom) noises_.push_back({scale, dof});
  }
  for (const double layout : kLayouts) layout_kernels_.push_back(half_kernel(layout, step));
  introduced_.resize(commits + 1);
  has_change_.resize(commits + 1);

  Evidence& evidence = measured_[commits];
  for (const BlockValue& block : bad) add_to(evidence, block);
  spread_by_layout(evidence);
  update();
}

void Posterior::add(std::size_t commit, const BlockValue& block) {
  WOOLLY_CHECK(commit >= 1 && commit <= commits_);
  Evidence& evidence = measured_[commit];
  add_to(evidence, block);
  spread_by_layout(evidence);
  update();
}

int Posterior::blocks(std::size_t commit) const {
  const auto found = measured_.find(commit);
  return found == measured_.end() ? 0 : found->second.blocks;
}

Effect Posterior::effect() const {
  const double half = kNormal95 * effect_sd_;
  return {expectation_.effect, expectation_.effect - half, expectation_.effect + half};
}

void Posterior::add_to(Evidence& evidence, const BlockValue& block) {
  ++evidence.blocks;
  evidence.log_noise.resize(noises_.size() * kLevels);
  double* out = evidence.log_noise.data();
  const double spread_square = block.spread * block.spread;
  for (const auto& [scale, prior_dof] : noises_) {
    const double square = scale * scale;
    const double dof = prior_dof + kDofOfSpread;
    const double own_scale = std::sqrt((prior_dof * square + kDofOfSpread * spread_square) / dof);
    // F(2, dof) of the spread, but for factors without scale and dof.
    const double log_spread =
        -std::log(square) -
        0.5 * dof * std::log1p(kDofOfSpread * spread_square / (prior_dof * square));
    const double constant = log_student_constant(dof) - std::log(own_scale) + log_spread;
    for (const double level : levels_) {
      *out++ += constant + log_student((block.difference - level) / own_scale, dof);
    }
  }
}

void Posterior::spread_by_layout(Evidence& evidence) {
  evidence.likelihood.resize(noises_.size() * kLayouts.size() * kLevels);
  evidence.log_scale.resize(noises_.size() * kLayouts.size());
  std::vector<double> likelihood(kLevels);
  for (std::size_t noise = 0; noise < noises_.size(); ++noise) {
    const double* logs = &evidence.log_noise[noise * kLevels];
    const double top = *std::max_element(logs, logs + kLevels);
    double odd = 0;
    for (std::size_t i = 0; i < kLevels; ++i) {
      likelihood[i] = std::exp(logs[i] - top);
      odd += likelihood[i] / kLevels;
    }
    for (std::size_t layout = 0; layout < kLayouts.size(); ++layout) {
      const std::size_t model = noise * kLayouts.size() + layout;
      double* out = &evidence.likelihood[model * kLevels];
      const std::vector<double>& kernel = layout_kernels_[layout];
      convolve(padded(likelihood, kernel.size()).data() + kernel.size(), kernel, out);
      for (std::size_t i = 0; i < kLevels; ++i) {
        out[i] = (1 - kOddCommit) * out[i] + kOddCommit * odd;
      }
      evidence.log_scale[model] = top;
    }
  }
}

void Posterior::multiply(Product& product, const Evidence& evidence, std::size_t model) const {
  const double* factor = &evidence.likelihood[model * kLevels];
  for (std::size_t i = 0; i < kLevels; ++i) product.values[i] *= factor[i];
  product.log_scale += evidence.log_scale[model];
}

Posterior::Moments Posterior::moments(Product& product) const {
  double total = 0;
  double first = 0;
  double second = 0;
  for (std::size_t i = 0; i < kLevels; ++i) {
    total += product.values[i];
    first += product.values[i] * levels_[i];
    second += product.values[i] * levels_[i] * levels_[i];
  }
  if (total <= 0) return {-std::numeric_limits<double>::infinity(), 0, 0};
  const double mean = first / total;
  const Moments result{product.log_scale + std::log(total), mean,
                       std::max(0.0, second / total - mean * mean)};
  if (total < kUnderflowNear) {
    for (double& value : product.values) value /= total;
    product.log_scale += std::log(total);
  }
  return result;
}

std::vector<Posterior::Moments> Posterior::before(std::size_t model) const {
  const double layout = std::max(kLayouts[model % kLayouts.size()], levels_[1] - levels_[0]);
  Product product{std::vector<double>(kLevels), 0};
  double total = 0;
  for (std::size_t i = 0; i < kLevels; ++i) {
    product.values[i] = std::exp(-0.5 * levels_[i] * levels_[i] / (layout * layout));
    total += product.values[i];
  }
  product.log_scale = -std::log(total);
  std::vector<Moments> result = {moments(product)};
  for (const auto& [commit, evidence] : measured_) {
    multiply(product, evidence, model);
    result.push_back(moments(product));
  }
  return result;
}

std::vector<Posterior::Moments> Posterior::after(std::size_t model) const {
  Product product{std::vector<double>(kLevels, 1.0), 0};
  std::vector<Moments> result = {moments(product)};
  for (auto it = measured_.rbegin(); it != measured_.rend(); ++it) {
    multiply(product, it->second, model);
    result.push_back(moments(product));
  }
  std::reverse(result.begin(), result.end());
  return result;
}

// Commits between two measured ones share their probability: nothing tells them apart.
void Posterior::update() {
  struct Term {
    double log_weight;
    double count;  // of commits that share it
    std::size_t segment;
    std::size_t model;
    double effect;
    double variance;
  };
  std::vector<std::size_t> ends = {0};
  for (const auto& [commit, evidence] : measured_) ends.push_back(commit);
  std::vector<Term> terms;
  double top = -std::numeric_limits<double>::infinity();
  for (std::size_t model = 0; model < noises_.size() * kLayouts.size(); ++model) {
    const std::vector<Moments> low = before(model);
    const std::vector<Moments> high = after(model);
    for (std::size_t i = 0; i + 1 < ends.size(); ++i) {
      const auto count = static_cast<double>(ends[i + 1] - ends[i]);
      terms.push_back({low[i].log_weight + high[i].log_weight, count, i, model,
                       high[i].mean - low[i].mean, high[i].variance + low[i].variance});
      top = std::max(top, terms.back().log_weight);
    }
  }
  double total = 0;
  double effect_square = 0;
  double information = 0;
  double layout_square = 0;
  expectation_ = {};
  std::vector<double> shares(ends.size() - 1);
  for (const Term& term : terms) {
    const double weight = std::exp(term.log_weight - top);
    const double joint = weight * term.count;
    const Noise& noise = noises_[term.model / kLayouts.size()];
    const double layout = kLayouts[term.model % kLayouts.size()];
    total += joint;
    shares[term.segment] += weight;
    expectation_.effect += joint * term.effect;
    effect_square += joint * (term.effect * term.effect + term.variance);
    // Fisher's information about the location of Student's t.
    information += joint * (noise.dof + 1) / ((noise.dof + 3) * noise.scale * noise.scale);
    layout_square += joint * layout * layout;
  }
  expectation_.effect /= total;
  expectation_.noise = std::sqrt(total / information);
  expectation_.layout = std::sqrt(layout_square / total);
  effect_sd_ =
      std::sqrt(std::max(0.0, effect_square / total - expectation_.effect * expectation_.effect));
  for (std::size_t segment = 0; segment + 1 < ends.size(); ++segment) {
    for (std::size_t commit = ends[segment] + 1; commit <= ends[segment + 1]; ++commit) {
      introduced_[commit] = shares[segment] / total;
      has_change_[commit] = std::min(1.0, has_change_[commit - 1] + introduced_[commit]);
    }
  }
}

}  // namespace woolly::bisect
