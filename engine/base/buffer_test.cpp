#include "engine/base/buffer.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <new>

namespace woolly {
namespace {

TEST(Buffer, IsZeroedAndAligned) {
  Buffer small(4097, Pages::kSmall);
  Buffer huge((std::size_t{4} << 20) + 1, Pages::kHuge);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(small.data()) % 4096, 0U);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(huge.data()) % (std::size_t{2} << 20), 0U);
  for (std::size_t i = 0; i < small.size(); ++i) ASSERT_EQ(small.data()[i], std::byte{0});
  huge.data()[huge.size() - 1] = std::byte{1};
}

TEST(Buffer, MovesOwnership) {
  Buffer a(100, Pages::kSmall);
  std::byte* data = a.data();
  Buffer b = std::move(a);
  EXPECT_EQ(b.data(), data);
  EXPECT_EQ(b.size(), 100U);
}

TEST(Buffer, RefusesTheImpossible) {
  EXPECT_THROW(Buffer(std::numeric_limits<std::size_t>::max(), Pages::kHuge), std::bad_alloc);
  EXPECT_THROW(Buffer(std::size_t{1} << 62, Pages::kSmall), std::bad_alloc);
}

TEST(Buffer, EmptyIsFine) {
  Buffer empty(0, Pages::kHuge);
  EXPECT_EQ(empty.size(), 0U);
}

}  // namespace
}  // namespace woolly
