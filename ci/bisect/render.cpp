#include "ci/bisect/render.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ci/gate/progress.h"

namespace woolly::bisect {
namespace {

constexpr std::size_t kMostRunnersUp = 4;
constexpr double kLeastProbabilityShown = 0.005;

std::string short_hash(const Commit& commit) { return commit.hash.substr(0, 12); }

// Of the metric's own value.
double change_of(const Report& report, double ln_cost) { return std::expm1(report.sign * ln_cost); }

std::string percent(double share) { return fmt::format("{:+.1f} %", 100 * share); }

std::string ending_name(Ending ending) {
  switch (ending) {
    case Ending::kFound:
      return "found";
    case Ending::kNoDifference:
      return "no_difference";
    case Ending::kTooNoisy:
      return "too_noisy";
    case Ending::kExhausted:
      return "exhausted";
    case Ending::kBudget:
      return "budget";
    case Ending::kInterrupted:
      return "interrupted";
  }
  return "";
}

std::string commit_line(const Commit& commit) {
  return fmt::format("{}  {}  {}  {}", short_hash(commit), commit.date, commit.author,
                     commit.subject);
}

std::string change_text(const Report& report, double mean, double low, double high) {
  const double ends[] = {change_of(report, low), change_of(report, high)};
  return fmt::format("{} ({} to {})", percent(change_of(report, mean)),
                     percent(std::min(ends[0], ends[1])), percent(std::max(ends[0], ends[1])));
}

std::string difference_text(const Report& report) {
  const DifferenceFound& found = report.answer.difference;
  if (found.blocks == 0) return "not one block was finished";
  const std::string seen = fmt::format("bad against good: {} {} after {} blocks", report.metric,
                                       percent(change_of(report, found.estimate)), found.blocks);
  if (!std::isfinite(found.low) || !std::isfinite(found.high)) return seen;
  return fmt::format("{}, {} at most", seen,
                     percent(std::max(std::abs(change_of(report, found.low)),
                                      std::abs(change_of(report, found.high)))));
}

std::string headline(const Report& report) {
  const Answer& answer = report.answer;
  switch (answer.ending) {
    case Ending::kNoDifference:
      return "NO DIFFERENCE: there is nothing to find between good and bad";
    case Ending::kTooNoisy:
      return "INCONCLUSIVE: too noisy to tell whether good and bad differ";
    case Ending::kExhausted:
      return "INCONCLUSIVE: more blocks would not tell more";
    case Ending::kBudget:
      return "INCONCLUSIVE: the budget is used up";
    case Ending::kInterrupted:
      return "INTERRUPTED: the same command goes on from here";
    case Ending::kFound:
      break;
  }
  const Suspect& found = answer.suspects.front();
  const char* what = answer.difference.estimate > 0 ? "worse" : "better";
  const double sure = 100 * found.probability;
  if (found.first == found.last) {
    return fmt::format("FIRST {}: {} (probability {:.1f} %)", what,
                       short_hash(report.commits[found.last]), sure);
  }
  return fmt::format("FIRST {}: one of {} commits (probability {:.1f} % together)", what,
                     found.last - found.first + 1, sure);
}

void add_suspect(const Report& report, const Suspect& suspect, std::string& text) {
  text += fmt::format("  {:5.1f} %  {}\n", 100 * suspect.probability,
                      commit_line(report.commits[suspect.last]));
  for (std::size_t commit = suspect.last; commit-- > suspect.first;) {
    text += fmt::format("      or   {}\n", commit_line(report.commits[commit]));
  }
}

void add_notes(const Report& report, std::string& text) {
  const Answer& answer = report.answer;
  for (const auto& [commit, why] : answer.state.skipped) {
    text += fmt::format("skipped {}: {}\n", short_hash(report.commits[commit]), why);
  }
  for (const std::size_t commit : answer.odd) {
    const auto level =
        std::find_if(answer.levels.begin(), answer.levels.end(),
                     [commit](const Level& candidate) { return candidate.commit == commit; });
    text += fmt::format(
        "note: {} stands at {} against good, at neither level: there may be more "
        "than one change\n",
        short_hash(report.commits[commit]), percent(change_of(report, level->difference)));
  }
}

nlohmann::ordered_json commit_json(const Commit& commit) {
  return {{"commit", commit.hash},
          {"author", commit.author},
          {"date", commit.date},
          {"subject", commit.subject}};
}

nlohmann::ordered_json suspect_json(const Report& report, const Suspect& suspect) {
  nlohmann::ordered_json json = commit_json(report.commits[suspect.last]);
  json["probability"] = suspect.probability;
  json["or_skipped"] = nlohmann::ordered_json::array();
  for (std::size_t commit = suspect.first; commit < suspect.last; ++commit) {
    json["or_skipped"].push_back(report.commits[commit].hash);
  }
  return json;
}

}  // namespace

std::string render_text(const Report& report, bool color) {
  const Answer& answer = report.answer;
  std::string text = headline(report);
  if (color) text = fmt::format("\033[1m{}\033[0m", text);
  text += '\n';
  if (answer.effect) {
    text += fmt::format(
        "{} {} from there on: {}\n", report.benchmark, report.metric,
        change_text(report, answer.effect->mean, answer.effect->low, answer.effect->high));
  } else {
    text += fmt::format("{}: {}\n", report.benchmark, difference_text(report));
  }
  for (std::size_t i = 0; i < std::min(answer.suspects.size(), kMostRunnersUp + 1); ++i) {
    const Suspect& suspect = answer.suspects[i];
    if (i == 0 || suspect.probability >= kLeastProbabilityShown) add_suspect(report, suspect, text);
  }
  add_notes(report, text);
  text += fmt::format("{} blocks at {} of {} commits, {}\n", answer.state.blocks.size(),
                      answer.levels.size(), report.commits.size() - 1,
                      gate::duration_text(answer.seconds));
  if (answer.ending != Ending::kFound && !answer.state.blocks.empty()) {
    text += fmt::format("all blocks are kept in {}\n", report.resume);
  }
  return text;
}

nlohmann::ordered_json render_json(const Report& report) {
  const Answer& answer = report.answer;
  nlohmann::ordered_json json = {{"outcome", ending_name(answer.ending)},
                                 {"benchmark", report.benchmark},
                                 {"metric", report.metric},
                                 {"good", commit_json(report.commits.front())},
                                 {"bad", commit_json(report.commits.back())},
                                 {"commits", report.commits.size() - 1},
                                 {"confidence", report.confidence}};
  json["difference"] = {{"change", change_of(report, answer.difference.estimate)},
                        {"blocks", answer.difference.blocks}};
  if (answer.effect) {
    const double ends[] = {change_of(report, answer.effect->low),
                           change_of(report, answer.effect->high)};
    json["effect"] = {{"change", change_of(report, answer.effect->mean)},
                      {"low", std::min(ends[0], ends[1])},
                      {"high", std::max(ends[0], ends[1])}};
  }
  json["found"] = nullptr;
  if (answer.ending == Ending::kFound) {
    json["found"] = suspect_json(report, answer.suspects.front());
  }
  json["suspects"] = nlohmann::ordered_json::array();
  for (const Suspect& suspect : answer.suspects) {
    if (suspect.probability < kLeastProbabilityShown) break;
    json["suspects"].push_back(suspect_json(report, suspect));
  }
  json["measured"] = nlohmann::ordered_json::array();
  for (const Level& level : answer.levels) {
    json["measured"].push_back({{"commit", report.commits[level.commit].hash},
                                {"change", change_of(report, level.difference)},
                                {"blocks", level.blocks}});
  }
  json["skipped"] = nlohmann::ordered_json::array();
  for (const auto& [commit, why] : answer.state.skipped) {
    json["skipped"].push_back({{"commit", report.commits[commit].hash}, {"why", why}});
  }
  json["odd"] = nlohmann::ordered_json::array();
  for (const std::size_t commit : answer.odd) json["odd"].push_back(report.commits[commit].hash);
  json["blocks"] = answer.state.blocks.size();
  json["seconds"] = answer.seconds;
  return json;
}

}  // namespace woolly::bisect
