#include "baselines/db/table.h"

#include <gtest/gtest.h>

namespace woolly::db {
namespace {

TEST(Table, AlignsByWhatIsSeen) {
  Table table({{"NAME"}, {"RUN", Align::kRight}, {"NOTE"}});
  table.add({"main", "7", ""});
  table.add({"größe", "12345", "x"});
  EXPECT_EQ(table.text(),
            "NAME     RUN  NOTE\n"
            "main       7\n"
            "größe  12345  x\n");
}

TEST(Table, EmptyTableIsItsHeading) { EXPECT_EQ(Table({{"A"}, {"B"}}).text(), "A  B\n"); }

TEST(Table, DisplayWidth) {
  EXPECT_EQ(display_width("abc"), 3U);
  EXPECT_EQ(display_width("µs"), 2U);
  EXPECT_EQ(display_width(""), 0U);
}

TEST(Table, Numbers) {
  EXPECT_EQ(format_number(0), "0");
  EXPECT_EQ(format_number(31.41592653), "31.416");
  EXPECT_EQ(format_number(1234567890), "1234567890");
  EXPECT_EQ(format_number(-0.00012345678), "-0.00012346");
  EXPECT_EQ(format_number(1e20), "1e+20");
}

}  // namespace
}  // namespace woolly::db
