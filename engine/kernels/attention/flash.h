// Attention of many queries, a block of keys at a time: no row of scores is ever whole, so memory
// does not grow with the context. All query heads of a key/value head and all queries of a call
// share every block of keys and values that is converted, in tiles of six rows; what lies behind
// the last visible key of a tile is skipped.
// Source: Dao et al. 2022, "FlashAttention"; Dao 2023, "FlashAttention-2".
//
// The contract, shapes and error bound of attention.h, but `scratch`, of which the call needs
// flash_attention_scratch_floats(), aligned to 64, and args.softmax, which is not used. A query's
// result has the same bits whatever other queries the call has. Threads share a layer by key/value
// heads, and by queries: a call for m queries from the i-th on has q and out moved by i rows and a
// position that is i more.
#pragma once

#include <cstddef>
#include <span>

#include "engine/kernels/attention/attention.h"

namespace woolly {

// Best first; "reference", the oracle of attention.h, last.
std::span<const KernelVariant<AttentionFn>> flash_attention_variants();

std::size_t flash_attention_scratch_floats(std::size_t m, std::size_t group, std::size_t head_dim);

}  // namespace woolly
