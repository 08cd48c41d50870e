// Programmer errors: WOOLLY_CHECK always, WOOLLY_DCHECK only where NDEBUG is not set.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace woolly {

[[noreturn]] inline void check_failed(const char* expression, const char* file, int line) noexcept {
  std::fprintf(stderr, "%s:%d: check failed: %s\n", file, line, expression);
  std::abort();
}

}  // namespace woolly

#define WOOLLY_CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::woolly::check_failed(#condition, __FILE__, __LINE__))

#ifdef NDEBUG
#define WOOLLY_DCHECK(condition) static_cast<void>(0)
#else
#define WOOLLY_DCHECK(condition) WOOLLY_CHECK(condition)
#endif
