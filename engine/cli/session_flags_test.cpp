#include "engine/cli/session_flags.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include <woolly/error.h>

namespace woolly::cli {
namespace {

TEST(SessionFlags, ParsesIntoOptions) {
  CLI::App app;
  SessionFlags flags;
  add_session_flags(app, flags);
  app.parse(
      "-m m.gguf -t 3 -c 100 --impl reference --kv-type f32 --cache-packed dir --opt gemm=blas "
      "--opt "
      "attention=reference");
  const SessionOptions options = flags.session_options();
  EXPECT_EQ(flags.model, "m.gguf");
  EXPECT_EQ(options.threads, 3);
  EXPECT_EQ(options.context, 100);
  EXPECT_EQ(options.implementation, "reference");
  EXPECT_EQ(options.cache_packed, "dir");
  const std::vector<std::pair<std::string, std::string>> expected{
      {"kv_type", "f32"}, {"gemm", "blas"}, {"attention", "reference"}};
  EXPECT_EQ(options.opts, expected);
}

TEST(SessionFlags, KnowsEveryKvType) {
  for (const char* type : {"f16", "f32", "bf16", "q8_0"}) {
    CLI::App app;
    SessionFlags flags;
    add_session_flags(app, flags);
    app.parse(std::string("-m m --kv-type ") + type);
    EXPECT_EQ(flags.kv_type, type);
  }
}

TEST(SessionFlags, RefusesNonsense) {
  for (const char* line :
       {"", "-m m -t 0", "-m m -t x", "-m m -c -5", "-m m --impl other", "-m m --kv-type q9"}) {
    CLI::App app;
    SessionFlags flags;
    add_session_flags(app, flags);
    EXPECT_THROW(app.parse(line), CLI::ParseError) << line;
  }
  SessionFlags flags;
  flags.opts = {"gemm"};
  EXPECT_THROW(flags.session_options(), Error);
}

}  // namespace
}  // namespace woolly::cli
