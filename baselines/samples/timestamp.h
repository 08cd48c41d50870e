// Points in time as the records write them: UTC, whole seconds, "2026-01-31T12:00:00Z".
// In that form the order of texts is the order of times.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace woolly::samples {

std::string utc_now();

bool is_utc_timestamp(std::string_view text);

// Days as people write them, "2026-01-31"; today's in UTC.
std::string utc_today();
bool is_date(std::string_view text);

// From other tools: "2026-01-31T14:00:00+02:00", "2026-01-31 12:00:00", fractions of a second ...
// Without an offset the time counts as UTC. Nothing when it is no date.
std::optional<std::string> to_utc_timestamp(std::string_view text);

}  // namespace woolly::samples
