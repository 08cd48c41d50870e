// `woolly info --kernels`: what direct products use on this host.
#pragma once

#include <filesystem>

namespace woolly::cli {

// What was measured on this host and is kept in `directory` ("": nowhere), and the fixed defaults,
// as a table or one JSON object on stdout.
void print_kernels(const std::filesystem::path& directory, bool json);

}  // namespace woolly::cli
