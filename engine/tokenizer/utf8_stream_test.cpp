#include "engine/tokenizer/utf8_stream.h"

#include <gtest/gtest.h>

namespace woolly {
namespace {

constexpr std::string_view kText = "a\xC3\xA9 \xE2\x96\x81\xF0\x9F\xA6\x99 z";

TEST(Utf8Stream, WholeCharactersWhateverTheCut) {
  for (std::size_t cut = 0; cut <= kText.size(); ++cut) {
    Utf8Stream stream;
    const std::string first = stream.push(kText.substr(0, cut));
    const std::string second = stream.push(kText.substr(cut));
    EXPECT_EQ(first + second, kText) << cut;
    EXPECT_EQ(first, kText.substr(0, first.size()));
    const unsigned char lead = second.empty() ? 0 : static_cast<unsigned char>(second[0]);
    EXPECT_NE(lead & 0xC0, 0x80) << "cut " << cut << " broke a character";
    EXPECT_EQ(stream.flush(), "");
  }
}

TEST(Utf8Stream, ByteAfterByte) {
  Utf8Stream stream;
  EXPECT_EQ(stream.push("\xF0"), "");
  EXPECT_EQ(stream.push("\x9F"), "");
  EXPECT_EQ(stream.push("\xA6"), "");
  EXPECT_EQ(stream.push("\x99"), "\xF0\x9F\xA6\x99");
}

TEST(Utf8Stream, InvalidBytesAreReplaced) {
  Utf8Stream stream;
  EXPECT_EQ(stream.push("a\xFF"
                        "b"),
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(stream.push("\xE2\x96"), "");
  EXPECT_EQ(stream.push("c"),
            "\xEF\xBF\xBD"
            "c");
}

TEST(Utf8Stream, FlushEndsAnIncompleteCharacter) {
  Utf8Stream stream;
  EXPECT_EQ(stream.push("x\xE2\x96"), "x");
  EXPECT_EQ(stream.flush(), "\xEF\xBF\xBD");
  EXPECT_EQ(stream.flush(), "");
  EXPECT_EQ(stream.push("y"), "y");
}

}  // namespace
}  // namespace woolly
