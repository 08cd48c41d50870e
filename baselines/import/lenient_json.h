// JSON as other tools write it.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace woolly::import {

// Replaces NaN, Infinity and inf (any case, with or without a sign) by null where they stand as
// values; texts are left alone.
std::string replace_bare_nonfinite(std::string_view text);

// Parses after that replacement. Throws Error (usage): one line with the source, line and column.
nlohmann::json parse_lenient(std::string_view text, std::string_view source);

// For messages: control characters become spaces, and no more than a line's worth is kept.
std::string printable(std::string_view text);

// The member as text or number, nothing when it is missing or of another type. `object` may be any
// JSON.
std::optional<std::string> text_at(const nlohmann::json& object, const char* name);
std::optional<double> number_at(const nlohmann::json& object, const char* name);

}  // namespace woolly::import
