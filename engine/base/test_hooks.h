// Faults that tests inject into a build with WOOLLY_TEST_HOOKS; nothing at all in a release.
#pragma once

#include <chrono>
#include <cstdlib>

#include "engine/base/burn.h"

namespace woolly {

#if defined(WOOLLY_TEST_HOOKS)
inline constexpr bool kTestHooks = true;
#else
inline constexpr bool kTestHooks = false;
#endif

// WOOLLY_TEST_SLOWDOWN_PCT as it was at the first call; 0 when unset or not a positive number.
inline double injected_slowdown_pct() noexcept {
  if constexpr (!kTestHooks) {
    return 0;
  } else {
    static const double pct = [] {
      const char* text = std::getenv("WOOLLY_TEST_SLOWDOWN_PCT");
      const double value = text != nullptr ? std::strtod(text, nullptr) : 0;
      return value > 0 ? value : 0;
    }();
    return pct;
  }
}

// Burns WOOLLY_TEST_SLOWDOWN_PCT percent of the time since `started`, so that the work just done
// looks that much slower.
inline void injected_slowdown(
    [[maybe_unused]] std::chrono::steady_clock::time_point started) noexcept {
  if constexpr (kTestHooks) burn_share(started, injected_slowdown_pct() / 100);
}

// WOOLLY_TEST_NO_CONTROLS is set: the gate runs on fake programs, which print numbers that do not
// depend on how fast they run.
inline bool without_controls() noexcept {
  return kTestHooks && std::getenv("WOOLLY_TEST_NO_CONTROLS") != nullptr;
}

}  // namespace woolly
