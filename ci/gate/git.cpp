#include "ci/gate/git.h"

namespace woolly::gate {

ProcessResult git(const std::filesystem::path& folder, const std::vector<std::string>& arguments) {
  std::vector<std::string> argv = {"git", "-C", folder.string()};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return run_process(argv);
}

std::optional<std::string> commit_of(const std::filesystem::path& checkout,
                                     const std::string& ref) {
  const ProcessResult result =
      git(checkout, {"rev-parse", "--verify", "--quiet", "--end-of-options", ref + "^{commit}"});
  if (!result.ok()) return std::nullopt;
  return trimmed(result.out);
}

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

}  // namespace woolly::gate
