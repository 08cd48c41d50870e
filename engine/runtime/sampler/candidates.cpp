#include "engine/runtime/sampler/candidates.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <limits>

#include <woolly/error.h>

#include "engine/runtime/sampler/portable_exp.h"

namespace woolly::sampling {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

[[noreturn]] void broken_logits(std::string message) {
  throw Error(ExitCode::kInternal, std::move(message),
              "the model's weights or a kernel are broken; try --impl reference");
}

std::ptrdiff_t as_offset(std::size_t n) { return static_cast<std::ptrdiff_t>(n); }

}  // namespace

TokenId best_token(std::span<const float> logits) {
  float best = -kInfinity;
  std::size_t best_id = logits.size();
  for (std::size_t i = 0; i < logits.size(); ++i) {
    if (!(logits[i] < kInfinity)) {
      broken_logits(fmt::format("the logit of token {} is {}", i, logits[i]));
    }
    if (logits[i] > best) {
      best = logits[i];
      best_id = i;
    }
  }
  if (best_id == logits.size()) {
    broken_logits(fmt::format("none of {} logits is above minus infinity", logits.size()));
  }
  return static_cast<TokenId>(best_id);
}

void take_top_k(std::span<const float> logits, int k, Candidates& out) {
  out.clear();
  const std::size_t wanted = k == 0 ? logits.size() : static_cast<std::size_t>(k);
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const Candidate candidate{logits[i], static_cast<TokenId>(i), 0};
    if (out.size() < wanted) {
      out.push_back(candidate);
      // A heap only once something has to leave.
      if (out.size() == wanted && wanted < logits.size()) {
        std::make_heap(out.begin(), out.end(), better);
      }
    } else if (better(candidate, out.front())) {
      std::pop_heap(out.begin(), out.end(), better);
      out.back() = candidate;
      std::push_heap(out.begin(), out.end(), better);
    }
  }
  if (wanted < logits.size()) std::sort_heap(out.begin(), out.end(), better);
}

void weigh(Candidates& candidates, float best_logit, float temperature) noexcept {
  for (Candidate& c : candidates) {
    const double distance = static_cast<double>(c.logit) - static_cast<double>(best_logit);
    c.weight = portable_exp(distance / static_cast<double>(temperature));
  }
}

void keep_top_p(Candidates& candidates, float top_p) {
  double total = 0;
  for (const Candidate& c : candidates) total += c.weight;
  const double target = total * static_cast<double>(top_p);

  // Mostly a few tokens reach the target: sort in growing portions, not the whole vocabulary.
  std::size_t portion = 64;
  std::size_t sorted = 0;
  std::size_t kept = 0;
  double sum = 0;
  do {
    if (kept == sorted) {
      sorted = std::min(candidates.size(), sorted + portion);
      portion *= 4;
      std::partial_sort(candidates.begin() + as_offset(kept),
                        candidates.begin() + as_offset(sorted), candidates.end(), better);
    }
    sum += candidates[kept].weight;
    ++kept;
  } while (sum < target && kept < candidates.size());
  candidates.resize(kept);
}

void keep_min_p(Candidates& candidates, float min_p) {
  double best = 0;
  for (const Candidate& c : candidates) best = std::max(best, c.weight);
  const double threshold = best * static_cast<double>(min_p);
  candidates.erase(std::remove_if(candidates.begin(), candidates.end(),
                                  [=](const Candidate& c) { return c.weight < threshold; }),
                   candidates.end());
}

TokenId pick(std::span<const Candidate> candidates, double unit) noexcept {
  double total = 0;
  for (const Candidate& c : candidates) total += c.weight;
  const double target = total * unit;
  double sum = 0;
  const Candidate* last = &candidates.front();
  for (const Candidate& c : candidates) {
    if (c.weight <= 0) continue;
    last = &c;
    sum += c.weight;
    if (sum > target) break;  // else rounding took the target past the end: the last one it is
  }
  return last->id;
}

}  // namespace woolly::sampling
