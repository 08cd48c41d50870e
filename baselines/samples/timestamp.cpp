#include "baselines/samples/timestamp.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cstdio>

namespace woolly::samples {
namespace {

using Seconds = std::chrono::sys_seconds;

std::string format_utc(Seconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

// "", "Z", "+02:00", "-0530", each after an optional fraction.
std::optional<std::chrono::minutes> parse_offset(std::string text) {
  if (!text.empty() && (text.front() == '.' || text.front() == ',')) {
    const auto end = text.find_first_not_of("0123456789", 1);
    text = end == std::string::npos ? "" : text.substr(end);
  }
  if (text.empty() || text == "Z" || text == "z") return std::chrono::minutes(0);
  std::array<char, 2> sign{};
  int hours = 0;
  int minutes = 0;
  int used = 0;
  if (std::sscanf(text.c_str(), "%1[+-]%2d:%2d%n", sign.data(), &hours, &minutes, &used) != 3 &&
      std::sscanf(text.c_str(), "%1[+-]%2d%2d%n", sign.data(), &hours, &minutes, &used) != 3) {
    return std::nullopt;
  }
  if (static_cast<std::size_t>(used) != text.size() || hours < 0 || hours > 23 || minutes < 0 ||
      minutes > 59)
    return std::nullopt;
  const std::chrono::minutes offset(hours * 60 + minutes);
  return sign[0] == '-' ? -offset : offset;
}

}  // namespace

std::string utc_now() {
  return format_utc(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
}

bool is_utc_timestamp(std::string_view text) {
  const auto parsed = to_utc_timestamp(text);
  return parsed && *parsed == text;
}

std::string utc_today() { return utc_now().substr(0, std::string_view("2026-01-31").size()); }

bool is_date(std::string_view text) { return is_utc_timestamp(std::string(text) + "T00:00:00Z"); }

std::optional<std::string> to_utc_timestamp(std::string_view text) {
  const std::string copy(text);
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int used = 0;
  if (std::sscanf(copy.c_str(), "%4d-%2u-%2u%*1[T ]%2d:%2d:%2d%n", &year, &month, &day, &hour,
                  &minute, &second, &used) != 6) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  const auto offset = parse_offset(copy.substr(static_cast<std::size_t>(used)));
  const bool clock_good =
      hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second <= 60;
  if (!date.ok() || year < 1970 || !clock_good || !offset) return std::nullopt;
  return format_utc(Seconds(std::chrono::sys_days(date)) + std::chrono::hours(hour) +
                    std::chrono::minutes(minute) + std::chrono::seconds(second) - *offset);
}

}  // namespace woolly::samples
