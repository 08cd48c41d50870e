#include "engine/cli/aligned_table.h"

#include <gtest/gtest.h>

namespace woolly::cli {
namespace {

TEST(AlignedTable, AlignsByCodePoints) {
  EXPECT_EQ(aligned_table({{"name", "t/s"}, {"a", "1 ± 2"}, {"longer", "3"}}, {false, true}),
            "| name   |   t/s |\n"
            "| ------ | ----: |\n"
            "| a      | 1 ± 2 |\n"
            "| longer |     3 |\n");
}

}  // namespace
}  // namespace woolly::cli
