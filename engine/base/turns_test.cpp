#include "engine/base/turns.h"

#include <gtest/gtest.h>

#include <woolly/error.h>

#include "engine/base/child_process.h"

namespace woolly {
namespace {

// The protocol in a shell: asks with a byte to its standard input, which is a socket, and reads
// one.
constexpr const char* kAsk = "printf . >&0; head -c 1 >/dev/null;";

ProcessOptions with_turns() {
  ProcessOptions options;
  options.standard_input = Stdin::kTurns;
  return options;
}

std::vector<std::string> shell(const std::string& script) { return {"/bin/sh", "-c", script}; }

TEST(Turns, AChildStandsStillUntilItIsItsTurn) {
  const std::string script = std::string("echo one;") + kAsk + "echo two;" + kAsk + "echo three";
  ChildProcess a(shell(script), with_turns());
  ASSERT_TRUE(a.wait());
  ChildProcess b(shell(script), with_turns());
  ASSERT_TRUE(b.wait());
  a.give_turn();
  ASSERT_TRUE(a.wait());
  a.give_turn();
  ASSERT_FALSE(a.wait());
  EXPECT_EQ(a.result().out, "one\ntwo\nthree\n");
  b.give_turn();
  ASSERT_TRUE(b.wait());
  b.give_turn();
  ASSERT_FALSE(b.wait());
  EXPECT_TRUE(b.result().ok());
  EXPECT_EQ(b.result().out, "one\ntwo\nthree\n");
}

TEST(Turns, AChildThatNeverAsksEnds) {
  ChildProcess child(shell("echo out; exit 3"), with_turns());
  EXPECT_FALSE(child.wait());
  EXPECT_EQ(child.result().exit_code, 3);
  EXPECT_FALSE(child.wait());
}

TEST(Turns, AChildOfAChildAsksOnTheSameSocket) {
  ChildProcess child(shell(std::string("sh -c '") + kAsk + " echo inner'; echo outer"),
                     with_turns());
  ASSERT_TRUE(child.wait());
  child.give_turn();
  EXPECT_FALSE(child.wait());
  EXPECT_EQ(child.result().out, "inner\nouter\n");
}

TEST(Turns, WhatWaitsIsEndedWithItsOwner) {
  { ChildProcess child(shell(std::string(kAsk) + "sleep 1000"), with_turns()); }
  SUCCEED() << "a child that had to be waited for would hang the test";
}

TEST(Turns, WithoutASocketNobodyGivesTurns) {
  // The standard input of a test is no socket.
  const ProcessResult result = run_process({"/bin/sh", "-c", "exit 0"});
  ASSERT_TRUE(result.ok());
  EXPECT_THROW(wait_for_turn(), Error);
}

}  // namespace
}  // namespace woolly
