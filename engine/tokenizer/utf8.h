// Where one UTF-8 sequence ends and the next begins, in bytes that nobody has checked.
// Source: The Unicode Standard, table 3-7 (well-formed sequences) and section 3.9 (maximal
// subparts).
#pragma once

#include <string_view>

namespace woolly {

enum class Utf8Status {
  kComplete,   // one well-formed character
  kTruncated,  // the text ends inside what may still become one
  kInvalid,    // no character starts with these bytes
};

struct Utf8Prefix {
  Utf8Status status;
  int bytes;  // 1 to 4
};

// What the non-empty `text` begins with. Overlong forms, surrogates and values above U+10FFFF are
// invalid, as the standard has it.
inline Utf8Prefix utf8_prefix(std::string_view text) noexcept {
  const auto byte = [text](int i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {Utf8Status::kComplete, 1};
  if (lead < 0xC2 || lead > 0xF4) return {Utf8Status::kInvalid, 1};

  // Only the second byte has a range that depends on the first.
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
  if (lead == 0xE0) low = 0xA0;
  if (lead == 0xED) high = 0x9F;
  if (lead == 0xF0) low = 0x90;
  if (lead == 0xF4) high = 0x8F;

  const int expected = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  for (int i = 1; i < expected; ++i) {
    if (static_cast<std::size_t>(i) == text.size()) return {Utf8Status::kTruncated, i};
    if (byte(i) < low || byte(i) > high) return {Utf8Status::kInvalid, i};
    low = 0x80;
    high = 0xBF;
  }
  return {Utf8Status::kComplete, expected};
}

}  // namespace woolly
