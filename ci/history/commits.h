// The order of commits, and what lies between two of them.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace woolly::history {

struct Commit {
  std::string hash;
  std::string subject;  // one line, without control characters
};

// The history of one checkout's HEAD, oldest first, parents before children. Immutable.
class CommitLine {
 public:
  CommitLine() = default;  // knows no commit
  explicit CommitLine(std::vector<Commit> oldest_first);

  // Of the checkout that `folder` is in; one that knows no commit where there is none, or no git.
  static CommitLine of_checkout(const std::filesystem::path& folder);

  // Where a commit stands; nothing when it is not in this history. It may be abbreviated.
  std::optional<std::size_t> position(std::string_view hash) const;

  // The commits after the one at `from`, up to and with the one at `to`.
  std::vector<Commit> between(std::size_t from, std::size_t to) const;

 private:
  std::vector<Commit> commits_;
  std::map<std::string, std::size_t, std::less<>> positions_;
};

// The full hash of what `ref` names in the checkout of `folder`; nothing when git does not know it.
std::optional<std::string> resolve_ref(const std::filesystem::path& folder, const std::string& ref);

}  // namespace woolly::history
