#include "baselines/import/lenient_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <woolly/error.h>

namespace woolly::import {
namespace {

TEST(LenientJson, BareNonfiniteBecomesNull) {
  EXPECT_EQ(replace_bare_nonfinite(R"([NaN, -NaN, Infinity,-Infinity, nan,inf,-inf,+inf])"),
            "[null, null, null,null, null,null,null,null]");
}

TEST(LenientJson, TextsAndOtherWordsStay) {
  for (const char* text : {R"({"NaN": "Infinity", "a\"NaN": "\\", "b": 1e5})", R"(["inf)", R"(["\)",
                           "[NaNa]", "[information]", "[-1.5e+3, true]", ""}) {
    EXPECT_EQ(replace_bare_nonfinite(text), text);
  }
}

TEST(LenientJson, ParseErrorsAreOneShortLine) {
  for (const std::string& text :
       {std::string(""), std::string("{"), std::string("[1,\n2,\n}"), std::string("[1e999]"),
        std::string("\xff\xfe"), std::string("\"") + std::string(100000, 'x'),
        std::string(200000, '['), std::string("[\"\\ud800\"]"), std::string("{}\0{}", 5)}) {
    try {
      parse_lenient(text, "a.json");
      ADD_FAILURE() << "accepted " << text.substr(0, 20);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kUsage);
      EXPECT_EQ(error.message().find('\n'), std::string::npos);
      EXPECT_LT(error.message().size(), 220U);
      EXPECT_THAT(error.message(), testing::StartsWith("a.json: not JSON: "));
    }
  }
}

TEST(LenientJson, Printable) {
  EXPECT_EQ(printable("a\nb\x1b[31m"), "a b [31m");
  EXPECT_EQ(printable(std::string(200, 'x')), std::string(160, 'x') + "...");
}

TEST(LenientJson, TypedMembers) {
  const nlohmann::json json = nlohmann::json::parse(R"({"t": "x", "n": 1.5, "l": []})");
  EXPECT_EQ(text_at(json, "t"), "x");
  EXPECT_EQ(text_at(json, "n"), std::nullopt);
  EXPECT_EQ(text_at(json["l"], "t"), std::nullopt);
  EXPECT_EQ(number_at(json, "n"), 1.5);
  EXPECT_EQ(number_at(json, "t"), std::nullopt);
  EXPECT_EQ(number_at(json, "none"), std::nullopt);
}

}  // namespace
}  // namespace woolly::import
