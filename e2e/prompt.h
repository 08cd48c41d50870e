// The prompt of a benchmark and the fingerprint of its answer.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <woolly/tokenizer.h>

#include "e2e/benchmark.h"

namespace woolly::e2e {

// FNV-1a, 64 bits (Fowler, Noll, Vo; RFC 9923).
std::uint64_t fnv1a(std::string_view bytes) noexcept;

// Fingerprint of generated tokens, 16 hex digits: equal on every machine for equal ids.
std::string token_hash(std::span<const TokenId> tokens);

// depth_tokens + prompt_tokens pseudo-random ids in [0, vocab_size), the first one `bos` unless
// that is negative. They depend on the two counts and the vocabulary only: another number of
// generated tokens continues the same prompt. vocab_size must be positive.
std::vector<TokenId> make_prompt(const Benchmark& benchmark, int vocab_size, TokenId bos);

}  // namespace woolly::e2e
