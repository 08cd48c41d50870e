#include "engine/tokenizer/utf8.h"

#include <gtest/gtest.h>

namespace woolly {
namespace {

void expect_prefix(std::string_view text, Utf8Status status, int bytes) {
  const Utf8Prefix prefix = utf8_prefix(text);
  EXPECT_EQ(prefix.status, status) << testing::PrintToString(text);
  EXPECT_EQ(prefix.bytes, bytes) << testing::PrintToString(text);
}

TEST(Utf8Prefix, WellFormedCharacters) {
  using namespace std::string_view_literals;
  expect_prefix("ab", Utf8Status::kComplete, 1);
  expect_prefix("\0"sv, Utf8Status::kComplete, 1);
  expect_prefix("\xC2\x80", Utf8Status::kComplete, 2);
  expect_prefix("\xE0\xA0\x80z", Utf8Status::kComplete, 3);
  expect_prefix("\xED\x9F\xBF", Utf8Status::kComplete, 3);
  expect_prefix("\xF0\x90\x80\x80", Utf8Status::kComplete, 4);
  expect_prefix("\xF4\x8F\xBF\xBF", Utf8Status::kComplete, 4);
}

TEST(Utf8Prefix, TruncatedCharacters) {
  expect_prefix("\xC3", Utf8Status::kTruncated, 1);
  expect_prefix("\xE2\x96", Utf8Status::kTruncated, 2);
  expect_prefix("\xF0\x9F\xA6", Utf8Status::kTruncated, 3);
}

TEST(Utf8Prefix, IllFormedSequences) {
  expect_prefix("\x80", Utf8Status::kInvalid, 1);              // continuation without a lead
  expect_prefix("\xC0\xAF", Utf8Status::kInvalid, 1);          // overlong '/'
  expect_prefix("\xE0\x9F\xBF", Utf8Status::kInvalid, 1);      // overlong
  expect_prefix("\xED\xA0\x80", Utf8Status::kInvalid, 1);      // surrogate
  expect_prefix("\xF4\x90\x80\x80", Utf8Status::kInvalid, 1);  // above U+10FFFF
  expect_prefix("\xFF", Utf8Status::kInvalid, 1);
  expect_prefix(
      "\xE2\x96"
      "A",
      Utf8Status::kInvalid, 2);  // maximal subpart, then a letter
  expect_prefix("\xF0\x9F\xA6 ", Utf8Status::kInvalid, 3);
}

}  // namespace
}  // namespace woolly
