// Profiles as JSON: an array of objects, {"stage", "operation", "layer", "passes", "seconds",
// "bytes", "flops"}, layer null outside the layers.
#pragma once

#include <nlohmann/json.hpp>

#include <woolly/profile.h>

namespace woolly {

nlohmann::ordered_json profile_to_json(const ProfileEntries& entries);

// The inverse. Throws nlohmann::json::exception for anything else.
ProfileEntries profile_from_json(const nlohmann::json& json);

}  // namespace woolly
