// Whether head predicts a text worse than base: the price of a faster kernel that no clock shows.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "ci/gate/outcome.h"
#include "ci/gate/progress.h"

namespace woolly::gate {

// Relative: far above what another order of sums does, far below what anybody would accept.
inline constexpr double kDefaultQualityDelta = 0.005;

struct QualityOptions {
  std::string text;     // file; "": quality is not looked at
  std::string kl_base;  // model to take for the truth; "": perplexity alone
  double delta = kDefaultQualityDelta;
};

// Lower than this is as good: a KL divergence of a hundred thousandth of a nat.
inline constexpr double kLeastDivergence = 1e-5;

// Throws Error (usage) naming an option or file that is missing.
void require_quality(const QualityOptions& options, const std::vector<std::string>& models);

// Adds the perplexity of each model, and its divergence from `kl_base`, of the programs `woolly` in
// both folders. The same bytes give the same numbers, so there is no noise to measure: one run of
// each decides. What fails is in the outcome; an interrupt ends it.
void check_quality(const QualityOptions& options, const std::vector<std::string>& models,
                   const std::filesystem::path& base, const std::filesystem::path& head,
                   Progress& progress, Outcome& outcome);

}  // namespace woolly::gate
