#include "baselines/import/lenient_json.h"

#include <fmt/format.h>

#include <algorithm>

#include <woolly/error.h>

namespace woolly::import {
namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '-' || c == '.' || c == '_';
}

bool is_nonfinite(std::string_view word) {
  if (word.starts_with('-') || word.starts_with('+')) word.remove_prefix(1);
  std::string lower(word);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower == "nan" || lower == "infinity" || lower == "inf";
}

// The end of the string literal that starts at `begin`, past its closing quote.
std::size_t end_of_string(std::string_view text, std::size_t begin) {
  for (std::size_t i = begin + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i + 1;
    }
  }
  return text.size();
}

}  // namespace

std::string replace_bare_nonfinite(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = begin + 1;
    if (text[begin] == '"') {
      end = end_of_string(text, begin);
    } else if (is_word(text[begin])) {
      while (end < text.size() && is_word(text[end])) ++end;
    }
    const std::string_view token = text.substr(begin, end - begin);
    out += is_nonfinite(token) ? "null" : token;
    begin = end;
  }
  return out;
}

nlohmann::json parse_lenient(std::string_view text, std::string_view source) {
  // The parser takes a zero byte for the end of the input and would not look at what follows.
  if (text.find('\0') != std::string_view::npos)
    throw_usage(fmt::format("{}: not JSON: zero byte", source));
  try {
    return nlohmann::json::parse(replace_bare_nonfinite(text));
  } catch (const nlohmann::json::exception& failure) {
    std::string_view what =
        failure.what();  // "[json.exception.parse_error.101] parse error at line ..."
    if (const auto end = what.find("] "); end != std::string_view::npos)
      what.remove_prefix(end + 2);
    throw_usage(fmt::format("{}: not JSON: {}", source, printable(what)));
  }
}

std::string printable(std::string_view text) {
  constexpr std::size_t kLongest = 160;
  const bool cut = text.size() > kLongest;
  std::string line(text.substr(0, kLongest));
  std::replace_if(
      line.begin(), line.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return cut ? line + "..." : line;
}

std::optional<std::string> text_at(const nlohmann::json& object, const char* name) {
  if (!object.is_object()) return std::nullopt;
  const auto it = object.find(name);
  if (it == object.end() || !it->is_string()) return std::nullopt;
  return it->get<std::string>();
}

std::optional<double> number_at(const nlohmann::json& object, const char* name) {
  if (!object.is_object()) return std::nullopt;
  const auto it = object.find(name);
  if (it == object.end() || !it->is_number()) return std::nullopt;
  return it->get<double>();
}

}  // namespace woolly::import
