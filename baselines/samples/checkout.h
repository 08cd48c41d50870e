// What git says of the folder a command runs in.
#pragma once

#include <string>

namespace woolly::samples {

// "main"; "" for a detached HEAD, outside of a checkout and without git.
std::string current_branch();

// "A B <a@example.org>" from git's configuration; "" when it has none.
std::string git_author();

}  // namespace woolly::samples
