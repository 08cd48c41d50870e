#include "e2e/launch_command.h"

#include <gtest/gtest.h>

#include <woolly/error.h>

namespace woolly::e2e {
namespace {

LaunchRequest parse(std::vector<std::string> arguments) {
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  return parse_launch_arguments(static_cast<int>(argv.size()), argv.data());
}

TEST(LaunchCommand, SurvivesTheRoundTrip) {
  LaunchRequest request;
  Benchmark& b = request.benchmark;
  b.model = "-odd name, with spaces.gguf";
  b.prompt_tokens = 11;
  b.generated_tokens = 0;
  b.depth_tokens = 13;
  b.threads = 3;
  b.implementation = "reference";
  b.cache_packed = "dir of packed";
  b.options = {{"kv_type", "f32"}, {"gemm", "blas"}, {"x", "a=b"}, {"empty", ""}};
  request.load_only = true;

  const LaunchRequest read = parse(launch_arguments(request));
  EXPECT_EQ(launch_arguments(read), launch_arguments(request));
  EXPECT_EQ(read.benchmark.model, b.model);
  EXPECT_EQ(read.benchmark.depth_tokens, 13);
  EXPECT_EQ(read.benchmark.cache_packed, b.cache_packed);
  EXPECT_EQ(read.benchmark.options, b.options);
  EXPECT_TRUE(read.load_only);
}

TEST(LaunchCommand, RefusesWhatItDoesNotKnow) {
  EXPECT_THROW(parse({"launch"}), Error);
  EXPECT_THROW(parse({"launch", "--model=m", "--nonsense"}), Error);
  EXPECT_THROW(parse({"launch", "--model=m", "--opt=nonsense"}), Error);
  EXPECT_THROW(parse({"launch", "--model=m", "--pp=many"}), Error);
}

}  // namespace
}  // namespace woolly::e2e
