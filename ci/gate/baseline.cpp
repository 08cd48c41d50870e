#include "ci/gate/baseline.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <vector>

#include <woolly/error.h>

#include "ci/gate/base_build.h"

namespace woolly::gate {
namespace {

using Baselines = std::vector<store::BaselineInfo>;

std::string branch_text(const std::string& branch) { return branch.empty() ? "-" : branch; }

[[noreturn]] void refuse_unknown(const Baselines& all, const BaselineQuery& query) {
  std::vector<std::string> known;
  for (const store::BaselineInfo& info : all) {
    known.push_back(fmt::format("{} (run {})", info.name, info.run));
  }
  throw_usage(fmt::format("--baseline {}: no such baseline of {}", query.name, query.producer),
              known.empty() ? "the database has none, `woolly db` sets one"
                            : fmt::format("there is {}", fmt::join(known, ", ")));
}

std::string choose_branch(const std::set<std::string>& branches, const BaselineQuery& query) {
  if (query.branch) {
    if (branches.count(*query.branch) > 0) return *query.branch;
    throw_usage(fmt::format("--baseline {}: not of branch {}", query.name, *query.branch),
                fmt::format("it is of {}", fmt::join(branches, ", ")));
  }
  if (branches.count(query.current_branch) > 0) return query.current_branch;
  if (branches.count("") > 0) return "";
  if (branches.size() == 1) return *branches.begin();
  throw_usage(fmt::format("--baseline {}: there is one of each of {}", query.name,
                          fmt::join(branches, ", ")),
              "--branch says which");
}

constexpr const char* kStoredHint =
    "--stored compares with the numbers of then, which sees larger changes only";

}  // namespace

store::BaselineInfo find_baseline(const store::Store& store, const BaselineQuery& query) {
  const Baselines all = store.baselines();
  Baselines named;
  for (const store::BaselineInfo& info : all) {
    if (info.name == query.name && info.producer == query.producer) named.push_back(info);
  }
  if (named.empty()) refuse_unknown(all, query);
  const auto is_here = [&](const auto& info) { return info.machine_id == query.machine_id; };
  if (!query.branch && std::any_of(named.begin(), named.end(), is_here)) {
    std::erase_if(named, [&](const auto& info) { return !is_here(info); });
  }
  std::set<std::string> branches;
  for (const store::BaselineInfo& info : named) branches.insert(info.branch);
  const std::string branch = choose_branch(branches, query);
  std::erase_if(named, [&](const auto& info) { return info.branch != branch; });
  const auto rank = [&](const auto& info) { return std::pair(is_here(info), info.created_at); };
  return *std::max_element(named.begin(), named.end(), [&](const auto& left, const auto& right) {
    return rank(left) < rank(right);
  });
}

std::filesystem::path rebuilt_baseline(const store::BaselineInfo& baseline,
                                       const std::filesystem::path& folder, Progress& progress) {
  const std::string name = fmt::format("--baseline {} (run {} of branch {})", baseline.name,
                                       baseline.run, branch_text(baseline.branch));
  if (baseline.commit.empty() || baseline.commit == "unknown") {
    throw_usage(fmt::format("{}: cannot be measured again, the run tells no commit", name),
                kStoredHint);
  }
  if (baseline.dirty) {
    throw_usage(fmt::format("{}: cannot be measured again, changes to {} were built that are in no "
                            "commit",
                            name, baseline.commit),
                kStoredHint);
  }
  try {
    return build_ref(checkout_of(folder), baseline.commit,
                     fmt::format("baseline {}, commit {}", baseline.name, baseline.commit),
                     progress);
  } catch (const Error& error) {
    if (error.code() != ExitCode::kUsage) throw;
    throw_usage(
        fmt::format("{}: cannot be measured again: {}", name, error.message()),
        error.hint().empty() ? kStoredHint : fmt::format("{}; {}", error.hint(), kStoredHint));
  }
}

}  // namespace woolly::gate
