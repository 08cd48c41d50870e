// How many queries share one product with the keys.
#pragma once

#include <cstddef>

namespace woolly {

inline constexpr std::size_t kAttentionTileQueries = 64;

}  // namespace woolly
