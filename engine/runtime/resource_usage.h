// What this process has used so far.
#pragma once

#include <cstdint>

namespace woolly {

std::uint64_t peak_rss_bytes() noexcept;

}  // namespace woolly
