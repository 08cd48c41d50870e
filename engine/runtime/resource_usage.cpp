#include "engine/runtime/resource_usage.h"

#include <sys/resource.h>

namespace woolly {

std::uint64_t peak_rss_bytes() noexcept {
  struct rusage usage {};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;  // Linux counts in KiB
}

}  // namespace woolly
