// How much memory this host has left.
#pragma once

#include <cstdint>

namespace woolly {

// Bytes that programs may still take without swapping, as the kernel estimates it; 0 when it does
// not tell.
std::uint64_t available_memory_bytes();

}  // namespace woolly
