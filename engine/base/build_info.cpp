#include <woolly/version.h>

#include "woolly_commit.h"

namespace woolly {

const BuildInfo& build_info() {
  static constexpr BuildInfo info{WOOLLY_VERSION,
                                  WOOLLY_COMMIT,
                                  WOOLLY_DIRTY,
                                  WOOLLY_COMPILER,
                                  WOOLLY_FLAGS,
                                  WOOLLY_BUILD_TYPE,
                                  WOOLLY_SANITIZERS,
#ifdef WOOLLY_TEST_HOOKS
                                  true
#else
                                  false
#endif
  };
  return info;
}

}  // namespace woolly
