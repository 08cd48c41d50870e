#include "baselines/samples/checkout.h"

#include <fmt/format.h>

#include <vector>

#include <woolly/error.h>

#include "engine/base/process.h"

namespace woolly::samples {
namespace {

// The first line it prints; "" when it fails.
std::string git(const std::vector<std::string>& arguments) {
  std::vector<std::string> argv = {"git"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  try {
    const ProcessResult result = run_process(argv);
    return result.ok() ? tail_in_one_line(result.out, 1) : "";
  } catch (const Error&) {  // no git
    return "";
  }
}

}  // namespace

std::string current_branch() { return git({"symbolic-ref", "--quiet", "--short", "HEAD"}); }

std::string git_author() {
  const std::string name = git({"config", "--get", "user.name"});
  const std::string email = git({"config", "--get", "user.email"});
  return name.empty() || email.empty() ? name : fmt::format("{} <{}>", name, email);
}

}  // namespace woolly::samples
