// The one place where a command maps exceptions to an exit code and a one-line message.
#pragma once

#include <functional>
#include <string_view>

namespace woolly {

// Runs `body` and returns its exit code. An Error is printed to stderr as
// "PROGRAM: message (hint)" and gives its own code; any other exception gives 5.
int guarded_main(std::string_view program, const std::function<int()>& body) noexcept;

}  // namespace woolly
