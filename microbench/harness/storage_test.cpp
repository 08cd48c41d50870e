#include "microbench/harness/storage.h"

#include <gtest/gtest.h>

namespace woolly::micro {
namespace {

TEST(Storage, IsReusedUntilMoreIsNeeded) {
  Storage storage;
  std::byte* first = storage.reserve(1 << 20);
  first[(1 << 20) - 1] = std::byte{7};
  EXPECT_EQ(storage.reserve(100), first);
  EXPECT_EQ(storage.reserve(1 << 20)[(1 << 20) - 1], std::byte{7});
  std::byte* larger = storage.reserve(8 << 20);
  larger[(8 << 20) - 1] = std::byte{9};
  EXPECT_EQ(storage.reserve(1 << 20), larger);
}

}  // namespace
}  // namespace woolly::micro
