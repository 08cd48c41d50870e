#include "ci/gate/outputs/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ci/gate/outputs/test_conclusions.h"

namespace woolly::gate {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Table, StartsWithTheNews) {
  const std::string text = table_text(test::regressed_and_unchanged(), false);
  EXPECT_LT(text.find("REGRESSED"), text.find("UNCHANGED"));
  EXPECT_THAT(text, AllOf(HasSubstr("base main\n"), HasSubstr("-9.1 %"), HasSubstr("How.\n")));
  EXPECT_THAT(text, Not(HasSubstr("\033")));
}

TEST(Table, ColorOnlyWhenAsked) {
  EXPECT_THAT(table_text(test::regressed_and_unchanged(), true), HasSubstr("\033[31m"));
}

TEST(Table, WhatProgramsWroteCannotColorIt) {
  EXPECT_THAT(table_text(test::everything(), false),
              AllOf(HasSubstr("killed"), Not(HasSubstr("\033"))));
}

}  // namespace
}  // namespace woolly::gate
