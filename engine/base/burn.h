// Makes work look slower than it was.
#pragma once

#include <chrono>

namespace woolly {

// Burns this share of the time since `started`; nothing for a share of 0. A busy wait, because a
// sleep is rounded up by the kernel's timer slack.
inline void burn_share(std::chrono::steady_clock::time_point started, double share) noexcept {
  if (share <= 0) return;
  const auto now = std::chrono::steady_clock::now();
  const auto extra = std::chrono::duration<double, std::nano>(now - started) * share;
  const auto until = now + std::chrono::duration_cast<std::chrono::steady_clock::duration>(extra);
  while (std::chrono::steady_clock::now() < until) {
  }
}

}  // namespace woolly
