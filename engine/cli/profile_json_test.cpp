#include "engine/cli/profile_json.h"

#include <gtest/gtest.h>

namespace woolly {
namespace {

TEST(ProfileJson, ReadsBackWhatItWrote) {
  const ProfileEntries entries{{"decode", "qkv", 3, 7, 0.5, 1e9, 2e9},
                               {"prefill", "output", -1, 1, 0.25, 0, 0}};
  const nlohmann::json json = nlohmann::json::parse(profile_to_json(entries).dump());
  EXPECT_TRUE(json[1]["layer"].is_null());
  const ProfileEntries back = profile_from_json(json);
  ASSERT_EQ(back.size(), 2U);
  EXPECT_EQ(back[0].layer, 3);
  EXPECT_EQ(back[0].bytes, 1e9);
  EXPECT_EQ(back[1].layer, -1);
  EXPECT_EQ(profile_to_json(back), profile_to_json(entries));
}

TEST(ProfileJson, RefusesAnythingElse) {
  EXPECT_THROW(profile_from_json(nlohmann::json::parse(R"([{"stage": "decode"}])")),
               nlohmann::json::exception);
  EXPECT_THROW(profile_from_json(nlohmann::json::parse(R"([3])")), nlohmann::json::exception);
}

}  // namespace
}  // namespace woolly
