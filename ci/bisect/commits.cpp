#include "ci/bisect/commits.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include <woolly/error.h>

#include "ci/gate/git.h"

namespace woolly::bisect {
namespace {

constexpr char kFieldEnd = '\x1f';

std::string resolved(const std::filesystem::path& checkout, const char* option,
                     const std::string& ref) {
  if (auto hash = gate::commit_of(checkout, ref)) return *hash;
  throw_usage(fmt::format("{} {}: no commit that git knows", option, ref),
              "a shallow clone lacks older commits: git fetch --unshallow");
}

std::string printable(std::string_view text) {
  std::string result(text);
  std::replace_if(
      result.begin(), result.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
  return result;
}

std::string next_field(std::string_view& line) {
  const std::size_t end = std::min(line.find(kFieldEnd), line.size());
  const std::string_view field = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return printable(field);
}

std::vector<Commit> listed(const std::filesystem::path& checkout,
                           std::vector<std::string> selection) {
  std::vector<std::string> arguments = {"log", "--format=%H%x1f%an%x1f%as%x1f%s"};
  arguments.insert(arguments.end(), selection.begin(), selection.end());
  const ProcessResult log = gate::git(checkout, arguments);
  if (!log.ok()) throw_usage(fmt::format("git log: {}", tail_in_one_line(log.err)));
  std::vector<Commit> commits;
  for (std::string_view rest = log.out; !rest.empty();) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    Commit commit;
    commit.hash = next_field(line);
    commit.author = next_field(line);
    commit.date = next_field(line);
    commit.subject = printable(line);
    commits.push_back(std::move(commit));
  }
  return commits;
}

}  // namespace

std::vector<Commit> commits_between(const std::filesystem::path& checkout, const std::string& good,
                                    const std::string& bad) {
  const std::string from = resolved(checkout, "--good", good);
  const std::string to = resolved(checkout, "--bad", bad);
  if (from == to) throw_usage("--good and --bad are the same commit");
  if (!gate::git(checkout, {"merge-base", "--is-ancestor", from, to}).ok()) {
    throw_usage(fmt::format("--good {} is no ancestor of --bad {}", good, bad),
                "the good commit is the older one; on branches that parted, take their merge base");
  }
  std::vector<Commit> commits = listed(checkout, {"-1", from});
  const std::vector<Commit> after =
      listed(checkout, {"--first-parent", "--reverse", fmt::format("{}..{}", from, to)});
  commits.insert(commits.end(), after.begin(), after.end());
  return commits;
}

}  // namespace woolly::bisect
