#include "engine/cli/profile_json.h"

namespace woolly {

nlohmann::ordered_json profile_to_json(const ProfileEntries& entries) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const ProfileEntry& e : entries) {
    json.push_back({{"stage", e.stage},
                    {"operation", e.operation},
                    {"layer", nullptr},
                    {"passes", e.passes},
                    {"seconds", e.seconds},
                    {"bytes", e.bytes},
                    {"flops", e.flops}});
    if (e.layer >= 0) json.back()["layer"] = e.layer;
  }
  return json;
}

ProfileEntries profile_from_json(const nlohmann::json& json) {
  ProfileEntries entries;
  for (const nlohmann::json& item : json) {
    ProfileEntry& e = entries.emplace_back();
    item.at("stage").get_to(e.stage);
    item.at("operation").get_to(e.operation);
    if (!item.at("layer").is_null()) item.at("layer").get_to(e.layer);
    item.at("passes").get_to(e.passes);
    item.at("seconds").get_to(e.seconds);
    item.at("bytes").get_to(e.bytes);
    item.at("flops").get_to(e.flops);
  }
  return entries;
}

}  // namespace woolly
