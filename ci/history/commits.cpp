#include "ci/history/commits.h"

#include <algorithm>

#include <woolly/error.h>

#include "engine/base/process.h"

namespace woolly::history {
namespace {

// What git prints; nothing when it fails or is not installed.
std::optional<std::string> git(const std::filesystem::path& folder,
                               std::vector<std::string> arguments) {
  std::vector<std::string> argv = {"git", "-C", folder.string()};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  try {
    ProcessResult result = run_process(argv);
    if (!result.ok()) return std::nullopt;
    return std::move(result.out);
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::string printable(std::string_view text) {
  std::string result(text);
  std::replace_if(
      result.begin(), result.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
  return result;
}

}  // namespace

CommitLine::CommitLine(std::vector<Commit> oldest_first) : commits_(std::move(oldest_first)) {
  for (std::size_t i = 0; i < commits_.size(); ++i) positions_[commits_[i].hash] = i;
}

CommitLine CommitLine::of_checkout(const std::filesystem::path& folder) {
  const auto log = git(folder, {"log", "--topo-order", "--reverse", "--format=%H %s", "HEAD"});
  std::vector<Commit> commits;
  for (std::string_view rest = log ? *log : std::string_view(); !rest.empty();) {
    const std::string_view text = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), text.size() + 1));
    const std::size_t space = std::min(text.find(' '), text.size());
    commits.push_back({std::string(text.substr(0, space)),
                       printable(text.substr(std::min(space + 1, text.size())))});
  }
  return CommitLine(std::move(commits));
}

std::optional<std::size_t> CommitLine::position(std::string_view hash) const {
  const auto found = positions_.lower_bound(hash);
  if (hash.empty() || found == positions_.end() || !found->first.starts_with(hash)) {
    return std::nullopt;
  }
  return found->second;
}

std::vector<Commit> CommitLine::between(std::size_t from, std::size_t to) const {
  const auto at = [&](std::size_t i) { return commits_.begin() + static_cast<std::ptrdiff_t>(i); };
  return {at(from + 1), at(to + 1)};
}

std::optional<std::string> resolve_ref(const std::filesystem::path& folder,
                                       const std::string& ref) {
  auto hash =
      git(folder, {"rev-parse", "--verify", "--quiet", "--end-of-options", ref + "^{commit}"});
  if (hash) hash->erase(std::min(hash->find('\n'), hash->size()));
  return hash;
}

}  // namespace woolly::history
