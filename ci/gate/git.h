// git, as a child process.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/process.h"

namespace woolly::gate {

// Runs `git -C FOLDER ARGUMENTS`. Throws Error (usage) when there is no git.
ProcessResult git(const std::filesystem::path& folder, const std::vector<std::string>& arguments);

// The full hash of the commit that `ref` names; nothing when git does not know it.
std::optional<std::string> commit_of(const std::filesystem::path& checkout, const std::string& ref);

// `text` without newlines at its end.
std::string trimmed(std::string text);

}  // namespace woolly::gate
