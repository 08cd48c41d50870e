#include "ci/bisect/state.h"

#include <gtest/gtest.h>

#include <woolly/error.h>

#include "engine/base/file.h"
#include "engine/base/test_support.h"

namespace woolly::bisect {
namespace {

class StateFileTest : public ::testing::Test {
 protected:
  woolly::test::TemporaryFolder folder;
  State state{{{3, {0.0412345678901, 0.01}, 0.25}, {64, {-1e-9, 0}, 2}},
              {{5, "does not build: \xff 'x'"}}};
};

TEST_F(StateFileTest, GivesBackWhatWasKept) {
  const StateFile file(folder / "cache", "question");
  EXPECT_FALSE(file.load(64).has_value());
  file.save(state);
  const auto loaded = file.load(64);
  ASSERT_TRUE(loaded.has_value());
  ASSERT_EQ(loaded->blocks.size(), 2u);
  EXPECT_EQ(loaded->blocks[0].commit, 3u);
  EXPECT_EQ(loaded->blocks[0].value.difference, 0.0412345678901);
  EXPECT_EQ(loaded->blocks[1].value.difference, -1e-9);
  EXPECT_EQ(loaded->blocks[0].value.spread, 0.01);
  EXPECT_EQ(loaded->blocks[1].seconds, 2);
  EXPECT_EQ(loaded->skipped.count(5), 1u);
  file.forget();
  EXPECT_FALSE(file.load(64).has_value());
}

TEST_F(StateFileTest, AnotherQuestionHasAnotherFile) {
  const StateFile file(folder.path(), "question");
  const StateFile other(folder.path(), "another");
  file.save(state);
  EXPECT_NE(file.path(), other.path());
  EXPECT_FALSE(other.load(64).has_value());
}

TEST_F(StateFileTest, OneRunAtATime) {
  {
    const StateFile file(folder.path(), "question");
    EXPECT_THROW(StateFile(folder.path(), "question"), Error);
  }
  EXPECT_NO_THROW(StateFile(folder.path(), "question"));
}

TEST_F(StateFileTest, WhatIsDamagedOrImpossibleIsNotUsed) {
  const StateFile file(folder.path(), "question");
  file.save(state);
  EXPECT_FALSE(file.load(63).has_value());
  const std::string whole = read_file(file.path());
  for (const std::string& content :
       {whole.substr(0, whole.size() / 2), std::string(), std::string("{}"), std::string("[1]"),
        std::string(R"({"format":1,"question":"question","blocks":[["x"]],"skipped":[]})"),
        std::string(R"({"format":1,"question":"other","blocks":[],"skipped":[]})")}) {
    write_file_atomically(file.path(), content);
    EXPECT_FALSE(file.load(64).has_value()) << content;
  }
}

}  // namespace
}  // namespace woolly::bisect
