#include "engine/base/available_memory.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace woolly {
namespace {

TEST(AvailableMemory, IsSomeAndNoMoreThanTheHostHas) {
  const auto whole = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
                     static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  EXPECT_GT(available_memory_bytes(), 1u << 20);
  EXPECT_LE(available_memory_bytes(), whole);
}

}  // namespace
}  // namespace woolly
