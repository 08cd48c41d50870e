// FNV-1a, 64 bits, for identities in records; no defence against someone who wants a collision.
// Source: Fowler, Noll and Vo, draft-eastlake-fnv.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace woolly {

inline constexpr std::uint64_t kFnvStart = 0xCBF29CE484222325U;

inline std::uint64_t fnv1a(std::span<const std::byte> bytes,
                           std::uint64_t hash = kFnvStart) noexcept {
  for (const std::byte byte : bytes) {
    hash = (hash ^ static_cast<std::uint64_t>(byte)) * 0x100000001B3U;
  }
  return hash;
}

}  // namespace woolly
