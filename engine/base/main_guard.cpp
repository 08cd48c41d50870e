#include "engine/base/main_guard.h"

#include <cstdio>
#include <exception>
#include <new>

#include <woolly/error.h>

namespace woolly {

int guarded_main(std::string_view program, const std::function<int()>& body) noexcept {
  const auto say = [&](const char* what) {
    std::fflush(stdout);
    std::fprintf(stderr, "%.*s: %s\n", static_cast<int>(program.size()), program.data(), what);
  };
  try {
    return body();
  } catch (const Error& error) {
    std::fflush(stdout);
    std::fprintf(stderr, "%.*s: %s%s%s%s\n", static_cast<int>(program.size()), program.data(),
                 error.what(), error.hint().empty() ? "" : " (", error.hint().c_str(),
                 error.hint().empty() ? "" : ")");
    return static_cast<int>(error.code());
  } catch (const std::bad_alloc&) {
    say("out of memory");
  } catch (const std::exception& error) {
    say(error.what());
  } catch (...) {
    say("unknown error");
  }
  return static_cast<int>(ExitCode::kInternal);
}

}  // namespace woolly
