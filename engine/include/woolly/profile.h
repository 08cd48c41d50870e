// Where the time of a session goes: what `--profile` shows, and what is stored with a run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace woolly {

// One operation in one layer, summed over the passes of a stage.
struct ProfileEntry {
  std::string stage;        // "prefill": passes of several tokens; "decode": of one
  std::string operation;    // "qkv", "attention", ...; "wait": for the slower threads
  int layer = -1;           // -1: outside the layers (embedding, output)
  std::int64_t passes = 0;  // of the stage
  double seconds = 0;       // on the first thread; a stage's entries add up to its time
  double bytes = 0;         // of weights and cached keys and values read by all threads
  double flops = 0;         // by all threads; a multiply-add counts two
};
using ProfileEntries = std::vector<ProfileEntry>;

}  // namespace woolly
