// What every output tells.
#pragma once

#include <string>

#include "ci/gate/outcome.h"

namespace woolly::gate {

struct Conclusion {
  Outcome outcome;  // its texts are valid UTF-8 without control characters
  std::string base;
  std::string head;        // what the user named
  std::string started_at;  // UTC, "2026-01-31T12:00:00Z"
  ExitCode code = ExitCode::kOk;
};

// Reasons, failures and notes quote what programs wrote, which may be anything: here it becomes
// text that no terminal, parser or log stumbles over.
Conclusion conclude(Outcome outcome, std::string base, std::string head, std::string started_at,
                    InconclusivePolicy policy);

}  // namespace woolly::gate
