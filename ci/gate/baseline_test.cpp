#include "ci/gate/baseline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include <woolly/error.h>

#include "baselines/samples/environment.h"
#include "ci/gate/test_checkout.h"
#include "engine/base/test_support.h"

namespace woolly::gate {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class BaselineTest : public ::testing::Test {
 protected:
  store::RunId add(const std::string& branch, const std::string& cpu = "here",
                   const std::string& commit = "c1", const std::string& dirty = "false") {
    samples::Record record{"woolly-bench",
                           "2026-01-30T12:00:00Z",
                           {{"cpu_model", cpu}, {"commit", commit}, {"dirty", dirty}},
                           {{"b", "decode_tps", "t/s", {1}, ""}}};
    const store::RunId run = store.add(record);
    store.set_baseline("main", run, {branch});
    return run;
  }
  store::BaselineInfo find(std::optional<std::string> branch, const std::string& current) {
    return find_baseline(store, {"main", "woolly-bench", branch, current,
                                 samples::machine_id({{"cpu_model", "here"}})});
  }
  template <typename Action>
  std::string refusal(const Action& action) {
    try {
      action();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kUsage);
      EXPECT_EQ(error.message().find('\n'), std::string::npos);
      return error.message() + " (" + error.hint() + ")";
    }
    return "accepted";
  }
  std::string refused_rebuild() {
    return refusal([&] { rebuilt_baseline(store.baselines().back(), folder.path(), progress); });
  }

  woolly::test::TemporaryFolder folder;
  store::Store store = store::Store::open(folder / "a.db");
  std::ostringstream said;
  Progress progress{said, false};
};

TEST_F(BaselineTest, TheBranchIsTheOneAskedForTheCurrentOneOrTheOnlyOne) {
  EXPECT_THAT(refusal([&] { find({}, "x"); }), HasSubstr("no such baseline"));
  const auto one = add("one");
  EXPECT_EQ(find({}, "x").run, one);
  const auto two = add("two");
  EXPECT_EQ(find({}, "two").run, two);
  EXPECT_EQ(find("one", "two").run, one);
  EXPECT_THAT(refusal([&] { find({}, "x"); }), AllOf(HasSubstr("one, two"), HasSubstr("--branch")));
  EXPECT_THAT(refusal([&] { find("three", "two"); }), HasSubstr("not of branch three"));
  const auto none = add("");
  EXPECT_EQ(find({}, "x").run, none);
}

TEST_F(BaselineTest, ThisMachinesComesFirstAndAnyOtherIsBetterThanNone) {
  const auto there = add("", "there");
  EXPECT_EQ(find({}, "").run, there);
  const auto here = add("", "here");
  add("", "elsewhere");
  EXPECT_EQ(find({}, "").run, here);
}

TEST_F(BaselineTest, OtherMachinesBranchesDoNotMakeItUnclear) {
  add("one", "there");
  const auto here = add("two", "here");
  EXPECT_EQ(find({}, "three").run, here);
  EXPECT_EQ(find({}, "one").run, here);
  EXPECT_NE(find("one", "").run, here);
}

TEST_F(BaselineTest, WhatCannotBeRebuiltSaysWhyAndWhatToDo) {
  add("a", "here", "");
  EXPECT_THAT(refused_rebuild(), AllOf(HasSubstr("tells no commit"), HasSubstr("--stored")));
  add("b", "here", "c1", "true");
  EXPECT_THAT(refused_rebuild(), AllOf(HasSubstr("in no commit"), HasSubstr("--stored")));
  add("c", "here", "0123456789ab");
  EXPECT_THAT(refused_rebuild(), AllOf(HasSubstr("no git checkout"), HasSubstr("--stored")));
}

TEST_F(BaselineTest, ItsCommitIsBuilt) {
  const test::TestCheckout checkout(folder / "repo", "first\n");
  add("", "here", checkout.head().substr(0, 12));
  checkout.write("program", "second\n");
  checkout.commit("second");
  const auto bin = rebuilt_baseline(store.baselines().at(0), checkout.path, progress);
  EXPECT_EQ(read_file(bin / "woolly-bench"), "first\n");
}

}  // namespace
}  // namespace woolly::gate
