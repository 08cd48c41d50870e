#include "ci/bisect/search.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include <woolly/error.h>

#include "ci/bisect/gain.h"
#include "ci/stats/hodges_lehmann.h"
#include "ci/stats/quantile.h"

namespace woolly::bisect {
namespace {

// A build that nobody has seen yet is taken to last so long.
constexpr double kFirstGuessOfBuildS = 10;

// A commit this many standard errors from both levels, and by a quarter of the effect, is odd.
constexpr double kOddErrors = 4;
constexpr double kOddShare = 0.25;
constexpr int kFewestBlocksOfOdd = 4;

constexpr std::size_t kBlocksPerLine = 20;  // where lines cannot be overwritten

constexpr int kConfirmingBlocks = 6;

// Without a budget a search ends here: what so many blocks did not tell, more will not.
constexpr std::size_t kMostBlocks = 1000;

class Search {
 public:
  Search(std::size_t commits, Bench& bench, State state, const SearchSettings& settings,
         const std::function<void(const State&)>& keep, gate::Progress& progress)
      : commits_(commits), bench_(bench), settings_(settings), keep_(keep), progress_(progress) {
    answer_.state = std::move(state);
  }

  Answer run() {
    start_s_ = bench_.now_s();
    if (establish_difference()) narrow_down();
    progress_.clear();
    describe_levels();
    answer_.seconds = bench_.now_s() - start_s_;
    return std::move(answer_);
  }

 private:
  bool establish_difference();
  void narrow_down();
  bool step(std::size_t commit);
  bool prepare(std::size_t commit);
  std::optional<std::size_t> unconfirmed() const;
  bool within_budget();
  void skip(std::size_t commit, const std::string& why);
  void list_suspects();
  void describe_levels();
  std::string best_text() const;
  double block_s() const;
  double build_s() const;
  std::vector<double> differences_of(std::size_t commit) const;
  bool skipped(std::size_t commit) const { return answer_.state.skipped.contains(commit); }

  std::size_t commits_;
  Bench& bench_;
  const SearchSettings& settings_;
  const std::function<void(const State&)>& keep_;
  gate::Progress& progress_;
  Answer answer_;
  std::optional<Posterior> posterior_;
  std::vector<double> builds_s_;
  double start_s_ = 0;
};

std::vector<double> Search::differences_of(std::size_t commit) const {
  std::vector<double> differences;
  for (const Block& block : answer_.state.blocks) {
    if (block.commit == commit) differences.push_back(block.value.difference);
  }
  return differences;
}

bool Search::establish_difference() {
  for (;;) {
    answer_.difference = judge_difference(differences_of(commits_), settings_.least);
    switch (answer_.difference.state) {
      case Difference::kEstablished:
        return true;
      case Difference::kNone:
        answer_.ending = Ending::kNoDifference;
        return false;
      case Difference::kTooNoisy:
        answer_.ending = Ending::kTooNoisy;
        return false;
      case Difference::kOpen:
        break;
    }
    if (!within_budget() || !step(commits_)) return false;
    progress_.show(fmt::format("good against bad: {} blocks, {:+.1f} %",
                               differences_of(commits_).size(),
                               100 * std::expm1(answer_.difference.estimate)));
  }
}

void Search::narrow_down() {
  progress_.say(fmt::format("bad is {:.1f} % {} than good: looking for it in {} commits",
                            100 * std::abs(std::expm1(answer_.difference.estimate)),
                            answer_.difference.estimate > 0 ? "worse" : "better", commits_));
  std::vector<BlockValue> bad;
  for (const Block& block : answer_.state.blocks) {
    if (block.commit == commits_) bad.push_back(block.value);
  }
  posterior_.emplace(commits_, bad);
  for (const Block& block : answer_.state.blocks) {
    if (block.commit != commits_) posterior_->add(block.commit, block.value);
  }
  const CostOf cost_of = [this](std::size_t commit) -> std::optional<double> {
    if (skipped(commit)) return std::nullopt;
    return bench_.is_built(commit) ? 0 : build_s();
  };
  for (;;) {
    list_suspects();
    std::optional<std::size_t> next;
    if (answer_.suspects.front().probability >= settings_.confidence) {
      next = unconfirmed();
      if (!next) answer_.ending = Ending::kFound;
    } else {
      const auto choice = choose_commit(*posterior_, block_s(), cost_of);
      if (choice && answer_.state.blocks.size() < kMostBlocks) next = choice->commit;
      if (!next) answer_.ending = Ending::kExhausted;
    }
    if (!next || !within_budget() || !step(*next)) return;
    const std::size_t blocks = answer_.state.blocks.size();
    const std::string text =
        fmt::format("{} blocks, {}: {} of {}", blocks,
                    gate::duration_text(bench_.now_s() - start_s_), best_text(), commits_);
    if (blocks % kBlocksPerLine == 0) {
      progress_.step(text);
    } else {
      progress_.show(text);
    }
  }
}

// A probability is only as good as the model, and few blocks hardly test that: before a commit is
// named, it and the one before it have been measured this often.
std::optional<std::size_t> Search::unconfirmed() const {
  const Suspect& suspect = answer_.suspects.front();
  std::optional<std::size_t> fewest;
  for (const std::size_t commit : {suspect.first - 1, suspect.last}) {
    if (commit == 0 || posterior_->blocks(commit) >= kConfirmingBlocks) continue;
    if (!fewest || posterior_->blocks(commit) < posterior_->blocks(*fewest)) fewest = commit;
  }
  return fewest;
}

bool Search::within_budget() {
  if (!settings_.budget_s || bench_.now_s() + block_s() - start_s_ <= *settings_.budget_s) {
    return true;
  }
  answer_.ending = Ending::kBudget;
  return false;
}

// Builds what has to be built and measures one block of a commit, or skips the commit. False when
// the search ends here.
bool Search::step(std::size_t commit) {
  if (!prepare(0)) return false;
  if (!prepare(commit)) return skipped(commit);
  const double block_start_s = bench_.now_s();
  const Attempt attempt = bench_.measure(commit);
  if (attempt.end == Attempt::End::kInterrupted) return false;
  if (attempt.end == Attempt::End::kFailed) {
    if (attempt.good_failed || commit == commits_) {
      throw Error(ExitCode::kBenchmarkFailed,
                  fmt::format("{}: {}", attempt.good_failed ? "good" : "bad", attempt.why));
    }
    skip(commit, attempt.why);
    return true;
  }
  answer_.state.blocks.push_back({commit, attempt.value, bench_.now_s() - block_start_s});
  keep_(answer_.state);
  if (posterior_) posterior_->add(commit, attempt.value);
  return true;
}

// False when the commit cannot be measured: it is skipped, or the search was interrupted.
bool Search::prepare(std::size_t commit) {
  if (bench_.is_built(commit)) return true;
  const double build_start_s = bench_.now_s();
  const Attempt attempt = bench_.build(commit);
  if (attempt.end == Attempt::End::kDone) {
    builds_s_.push_back(bench_.now_s() - build_start_s);
    return true;
  }
  if (attempt.end == Attempt::End::kFailed) {
    if (commit == 0 || commit == commits_) throw_usage(attempt.why);
    skip(commit, attempt.why);
  }
  return false;
}

void Search::skip(std::size_t commit, const std::string& why) {
  progress_.say(fmt::format("skipped: {}", why));
  answer_.state.skipped[commit] = why;
  keep_(answer_.state);
}

double Search::block_s() const {
  std::vector<double> seconds;
  for (const Block& block : answer_.state.blocks) seconds.push_back(block.seconds);
  return seconds.empty() ? 0 : stats::median(std::move(seconds));
}

double Search::build_s() const {
  return builds_s_.empty() ? kFirstGuessOfBuildS : stats::median(builds_s_);
}

void Search::list_suspects() {
  answer_.suspects.clear();
  Suspect suspect{1, 0, 0};
  for (std::size_t commit = 1; commit <= commits_; ++commit) {
    suspect.probability += posterior_->introduced(commit);
    if (skipped(commit)) continue;
    suspect.last = commit;
    answer_.suspects.push_back(suspect);
    suspect = {commit + 1, 0, 0};
  }
  std::stable_sort(
      answer_.suspects.begin(), answer_.suspects.end(),
      [](const Suspect& a, const Suspect& b) { return a.probability > b.probability; });
  answer_.effect = posterior_->effect();
}

std::string Search::best_text() const {
  const double half = 0.5;
  std::size_t first = 1;
  while (first < commits_ && posterior_->has_change(first) < 0.025) ++first;
  std::size_t last = first;
  while (last < commits_ && posterior_->has_change(last) < 0.975) ++last;
  std::size_t middle = first;
  while (middle < last && posterior_->has_change(middle) < half) ++middle;
  return first == last ? fmt::format("commit {}", first)
                       : fmt::format("commit {} to {}, about {}", first, last, middle);
}

void Search::describe_levels() {
  std::map<std::size_t, std::vector<double>> by_commit;
  for (const Block& block : answer_.state.blocks) {
    by_commit[block.commit].push_back(block.value.difference);
  }
  for (const auto& [commit, differences] : by_commit) {
    const Level level{commit, stats::hodges_lehmann_center(differences),
                      static_cast<int>(differences.size())};
    answer_.levels.push_back(level);
    if (!posterior_ || level.blocks < kFewestBlocksOfOdd) continue;
    const Expectation& expected = posterior_->expectation();
    const double error = std::sqrt(expected.noise * expected.noise / level.blocks +
                                   2 * expected.layout * expected.layout);
    const double away =
        std::min(std::abs(level.difference), std::abs(level.difference - expected.effect));
    if (away > kOddErrors * error && away > kOddShare * std::abs(expected.effect)) {
      answer_.odd.push_back(commit);
    }
  }
}

}  // namespace

Answer search(std::size_t commits, Bench& bench, State state, const SearchSettings& settings,
              const std::function<void(const State&)>& keep, gate::Progress& progress) {
  return Search(commits, bench, std::move(state), settings, keep, progress).run();
}

}  // namespace woolly::bisect
