#include "e2e/prompt.h"

#include <fmt/format.h>

#include <random>

#include "engine/base/check.h"

namespace woolly::e2e {

std::uint64_t fnv1a(std::string_view bytes) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char byte : bytes) {
    hash ^= static_cast<unsigned char>(byte);
    hash *= 0x100000001b3U;
  }
  return hash;
}

std::string token_hash(std::span<const TokenId> tokens) {
  std::string bytes;
  bytes.reserve(tokens.size() * sizeof(TokenId));
  for (const TokenId token : tokens) {
    const auto value = static_cast<std::uint32_t>(token);
    for (int shift = 0; shift < 32; shift += 8) {
      bytes.push_back(static_cast<char>((value >> shift) & 0xffU));
    }
  }
  return fmt::format("{:016x}", fnv1a(bytes));
}

std::vector<TokenId> make_prompt(const Benchmark& benchmark, int vocab_size, TokenId bos) {
  WOOLLY_CHECK(vocab_size > 0);
  const int count = benchmark.depth_tokens + benchmark.prompt_tokens;
  // The engine's sequence is fixed by the standard; the standard's distributions are not, so the
  // remainder is taken by hand (its bias is below 1e-12 for any vocabulary).
  std::mt19937_64 random(
      fnv1a(fmt::format("d{}_pp{}", benchmark.depth_tokens, benchmark.prompt_tokens)));
  std::vector<TokenId> tokens(static_cast<std::size_t>(count));
  for (TokenId& token : tokens) {
    token = static_cast<TokenId>(random() % static_cast<std::uint64_t>(vocab_size));
  }
  if (bos >= 0 && bos < vocab_size && !tokens.empty()) tokens.front() = bos;
  return tokens;
}

}  // namespace woolly::e2e
