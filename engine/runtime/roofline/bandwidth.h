// Memory read bandwidth of this host.
#pragma once

#include <cstddef>
#include <optional>

#include <woolly/roofline.h>

#include "engine/base/buffer.h"
#include "engine/base/cpu_features.h"

namespace woolly::roofline {

// Reads a working set of about `bytes`, split over `threads` threads that each touched their part
// first, with every available probe and pattern; the best three compete for `seconds`, and the
// best median wins. Nothing when the kernel refuses huge pages. Throws Error (internal) when a
// probe's checksum is wrong, std::bad_alloc when the memory is not there.
std::optional<ReadBandwidth> measure_read_bandwidth(const CpuFeatures& features, Pages pages,
                                                    int threads, std::size_t bytes, double seconds);

}  // namespace woolly::roofline
