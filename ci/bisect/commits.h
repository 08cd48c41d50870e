// The commits among which the culprit is.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace woolly::bisect {

struct Commit {
  std::string hash;
  std::string author;
  std::string date;     // 2026-01-31, the author's
  std::string subject;  // one line; like the author without control characters
};

// good, then what `git rev-list --first-parent --reverse good..bad` lists: the last one is bad. A
// merge is one step: what it brought in came with it. Throws Error (usage) for what git does not
// know, for the same commit twice, and when good is no ancestor of bad.
std::vector<Commit> commits_between(const std::filesystem::path& checkout, const std::string& good,
                                    const std::string& bad);

}  // namespace woolly::bisect
