#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include <woolly/error.h>

#include "engine/gguf/gguf.h"

namespace woolly::gguf {
namespace {

TEST(Metadata, SetReplacesAndKeepsOrder) {
  Metadata m;
  m.set("a", std::uint32_t{1});
  m.set("b", std::string("x"));
  m.set("a", std::uint32_t{2});
  ASSERT_EQ(m.entries().size(), 2U);
  EXPECT_EQ(m.entries()[0].first, "a");
  EXPECT_EQ(m.get_uint("a"), 2U);
}

TEST(Metadata, IntegersConvertWhenTheyFit) {
  Metadata m;
  m.set("u8", std::uint8_t{200});
  m.set("i16", std::int16_t{-3});
  m.set("u64", std::numeric_limits<std::uint64_t>::max());
  m.set("text", std::string("7"));
  m.set("bool", true);
  EXPECT_EQ(m.get_uint("u8"), 200U);
  EXPECT_EQ(m.get_int("i16", 0), -3);
  EXPECT_EQ(m.get_int("missing", 5), 5);
  EXPECT_EQ(m.get_uint("missing", 6), 6U);
  EXPECT_THROW(m.get_uint("i16"), Error);
  EXPECT_THROW(m.get_int("u64", 0), Error);
  EXPECT_THROW(m.get_uint("text"), Error);
  EXPECT_THROW(m.get_uint("bool"), Error);
  EXPECT_THROW(m.get_uint("missing"), Error);
}

TEST(Metadata, ErrorsNameTheKeyAndTheType) {
  Metadata m;
  m.set("llama.block_count", std::string("six"));
  try {
    m.get_uint("llama.block_count");
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.message(), ::testing::HasSubstr("llama.block_count"));
    EXPECT_THAT(error.message(), ::testing::HasSubstr("string"));
  }
}

TEST(Metadata, FloatsStringsBoolsArrays) {
  Metadata m;
  m.set("f", 1.5F);
  m.set("d", 2.5);
  m.set("s", std::string("hello"));
  m.set("b", true);
  m.set("strings", Array{std::vector<std::string>{"x", "y"}});
  m.set("floats", Array{std::vector<float>{1, 2}});
  m.set("ints", Array{std::vector<std::int32_t>{1, -2}});
  EXPECT_EQ(m.get_float("f"), 1.5);
  EXPECT_EQ(m.get_float("d", 0), 2.5);
  EXPECT_EQ(m.get_float("missing", 3), 3);
  EXPECT_THROW(m.get_float("s"), Error);
  EXPECT_EQ(m.get_string("s"), "hello");
  EXPECT_EQ(m.get_string("missing", "d"), "d");
  EXPECT_TRUE(m.get_bool("b", false));
  EXPECT_THROW(m.get_bool("f", false), Error);
  EXPECT_EQ(m.find_strings("strings")->size(), 2U);
  EXPECT_EQ((*m.find_floats("floats"))[1], 2);
  EXPECT_EQ((*m.find_ints("ints"))[1], -2);
  EXPECT_EQ(m.find_ints("missing"), nullptr);
  EXPECT_THROW(m.find_ints("floats"), Error);
  EXPECT_THROW(m.find_strings("s"), Error);
}

}  // namespace
}  // namespace woolly::gguf
