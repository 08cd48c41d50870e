// Fits direct products to this host: measures once for a model's shapes, keeps what it found in a
// file, and reads it from there afterwards; a file that is refused (tuning_file.h) is replaced. No
// result depends on it.
#pragma once

#include <filesystem>
#include <string>

#include "engine/base/context.h"
#include "engine/model/forward.h"
#include "engine/model/packed_model.h"

namespace woolly {

struct Autotuned {
  bool measured = false;  // something had to be; else all was in the file
  std::string warning;    // one line: why what was measured could not be kept
};

// Changes gemm_rows, and prefetch_bytes where it is the default. `kernels` has panels. Takes less
// than three seconds; what it cannot measure in that time keeps its default and is measured at the
// next call.
Autotuned autotune(FastKernels& kernels, const PackedModel& packed, Context& context,
                   const std::filesystem::path& directory);

}  // namespace woolly
