// Files that other tools wrote, as the arms of an unpaired gate.
#pragma once

#include <optional>
#include <string>

#include "baselines/samples/samples.h"
#include "ci/gate/outcome.h"

namespace woolly::gate {

// The one run in `file`. `option` ("--import-base") and the file stand in messages; what the file
// holds and the run does not is noted in `outcome`. Throws Error (usage) for a file that cannot be
// read whole or holds several runs, such as llama-bench's with two numbers of threads.
samples::Record imported_record(const std::string& option, const std::string& file,
                                std::optional<bool> higher_is_better, Outcome& outcome);

// Notes what an unpaired comparison cannot check when the files do not name a machine.
void note_unknown_machine(const samples::Record& base, const samples::Record& head,
                          Outcome& outcome);

}  // namespace woolly::gate
