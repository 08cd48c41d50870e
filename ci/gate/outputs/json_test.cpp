#include "ci/gate/outputs/json.h"

#include <gtest/gtest.h>

#include "ci/gate/outputs/test_conclusions.h"

namespace woolly::gate {
namespace {

TEST(GateJson, HoldsTheNumbers) {
  const auto json = json_document(test::regressed_and_unchanged());
  EXPECT_EQ(json["verdict"], "REGRESSED");
  EXPECT_EQ(json["exit_code"], 1);
  EXPECT_EQ(json["started_at"], "2026-01-31T12:00:00Z");
  EXPECT_EQ(json["series"][1]["state"], "REGRESSED");
  EXPECT_NEAR(json["series"][1]["change"].get<double>(), 1 / 1.1 - 1, 1e-12);
  EXPECT_NEAR(json["series"][1]["margin"].get<double>(), 0.03, 1e-12);
}

TEST(GateJson, EverythingIsJsonAndNullWhereNothingIsKnown) {
  const auto json = nlohmann::json::parse(json_document(test::everything()).dump());
  EXPECT_EQ(json["exit_code"], 4);
  EXPECT_EQ(json["seed"], std::numeric_limits<std::uint64_t>::max());
  EXPECT_TRUE(json["series"][4]["change"].is_null());
  EXPECT_TRUE(json["series"][3]["ci_low"].is_number());
  EXPECT_EQ(json["notes"].size(), 1U);
}

}  // namespace
}  // namespace woolly::gate
