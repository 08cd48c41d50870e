// What this binary was built from.
#pragma once

#include <string_view>

namespace woolly {

struct BuildInfo {
  std::string_view version;     // "0.1.0"
  std::string_view commit;      // 12 hex digits, or "unknown" outside a git checkout
  bool dirty;                   // the work tree had uncommitted changes
  std::string_view compiler;    // "GNU 12.2.0"
  std::string_view flags;       // compiler flags of ordinary files
  std::string_view build_type;  // "Release"
  std::string_view sanitizers;  // "" or "address,undefined"
  bool test_hooks;              // WOOLLY_TEST_* variables are honoured
};

const BuildInfo& build_info();

}  // namespace woolly
