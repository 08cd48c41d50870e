// The built woolly-doctor on the host that runs the tests, whatever that is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "engine/base/process.h"

namespace woolly::doctor {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

ProcessResult doctor(const std::vector<std::string>& arguments) {
  std::vector<std::string> argv = {std::string(WOOLLY_BIN_DIR) + "/woolly-doctor"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return run_process(argv);
}

TEST(DoctorCommand, EveryCheckIsThereAndTheCodeIsTheVerdicts) {
  const ProcessResult result = doctor({"--json"});
  EXPECT_THAT(result.exit_code, AnyOf(0, 3)) << result.err;
  const auto json = nlohmann::json::parse(result.out);
  EXPECT_EQ(json["exit_code"], result.exit_code);
  EXPECT_EQ(json["checks"].size(), 13U);
}

TEST(DoctorCommand, HelpAndWrongArguments) {
  EXPECT_THAT(doctor({"--help"}).out, HasSubstr("woolly doctor --json"));
  EXPECT_EQ(doctor({"--frob"}).exit_code, 2);
}

}  // namespace
}  // namespace woolly::doctor
