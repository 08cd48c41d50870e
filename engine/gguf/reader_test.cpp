#include "engine/gguf/reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <string>

#include <woolly/error.h>

#include "engine/base/file.h"
#include "engine/base/test_support.h"
#include "engine/gguf/writer.h"

namespace woolly::gguf {
namespace {

using ::testing::HasSubstr;

// Bytes put together by hand, so that the reader is not tested by its own writer alone.
class Bytes {
 public:
  template <typename T>
  Bytes& num(T value) {
    text_.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
  }
  Bytes& u32(std::uint32_t v) { return num(v); }
  Bytes& u64(std::uint64_t v) { return num(v); }
  Bytes& str(std::string_view s) {
    u64(s.size());
    text_.append(s);
    return *this;
  }
  Bytes& header(std::uint64_t tensors, std::uint64_t entries, std::uint32_t version = 3) {
    text_.append("GGUF");
    return u32(version).u64(tensors).u64(entries);
  }
  Bytes& pad(std::size_t alignment, std::size_t extra = 0) {
    text_.resize((text_.size() + alignment - 1) / alignment * alignment + extra);
    return *this;
  }
  Bytes& tensor(std::string_view name, std::vector<std::uint64_t> shape, std::uint32_t type,
                std::uint64_t offset) {
    str(name).u32(static_cast<std::uint32_t>(shape.size()));
    for (const auto extent : shape) u64(extent);
    return u32(type).u64(offset);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

Header parse_text(const std::string& text) {
  return parse(std::as_bytes(std::span(text)), "f.gguf");
}

std::string error_of(const std::string& text) {
  try {
    parse_text(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    EXPECT_EQ(error.message().find('\n'), std::string::npos);
    return error.message();
  }
  return "no error";
}

TEST(Reader, ReadsAHandMadeFile) {
  for (const std::uint32_t version : {2U, 3U}) {
    Bytes b;
    b.header(1, 2, version)
        .str("k")
        .u32(4)
        .u32(7)
        .str("list")
        .u32(9)
        .u32(8)
        .u64(2)
        .str("a")
        .str("b");
    b.tensor("t", {4, 2}, 0, 0).pad(32, 32);
    const Header h = parse_text(b.text());
    EXPECT_EQ(h.version, version);
    EXPECT_EQ(h.metadata.get_uint("k"), 7U);
    EXPECT_EQ(*h.metadata.find_strings("list"), (std::vector<std::string>{"a", "b"}));
    ASSERT_EQ(h.tensors.size(), 1U);
    EXPECT_EQ(h.tensors[0].bytes, 32U);
    EXPECT_EQ(h.tensors[0].rows(), 2U);
    EXPECT_EQ(h.data_offset + 32, b.text().size());
  }
}

TEST(Reader, RefusesWhatIsNotGguf) {
  EXPECT_THAT(error_of(""), HasSubstr("does not begin"));
  EXPECT_THAT(error_of("GGU"), HasSubstr("does not begin"));
  EXPECT_THAT(error_of("ELF and more bytes"), HasSubstr("f.gguf: offset 0"));
  EXPECT_THAT(error_of(Bytes().header(0, 0, 1).text()), HasSubstr("version 1"));
  EXPECT_THAT(error_of(Bytes().header(0, 0, 0x03000000).text()), HasSubstr("big-endian"));
}

TEST(Reader, RefusesAbsurdCountsWithoutAllocating) {
  const std::uint64_t huge = ~std::uint64_t{0};
  EXPECT_THAT(error_of(Bytes().header(0, huge).text()), HasSubstr("metadata entries"));
  EXPECT_THAT(error_of(Bytes().header(huge, 0).text()), HasSubstr("tensors do not fit"));
  EXPECT_THAT(error_of(Bytes().header(0, 1).u64(huge).u64(0).text()), HasSubstr("too long"));
  EXPECT_THAT(error_of(Bytes().header(0, 1).str("key").u32(8).u64(huge).text()),
              HasSubstr("a string"));
  for (const std::uint32_t type : {0U, 5U, 6U, 7U, 8U, 9U, 12U}) {
    EXPECT_THAT(error_of(Bytes().header(0, 1).str("key").u32(9).u32(type).u64(huge / 2).text()),
                HasSubstr("does not fit"));
  }
}

TEST(Reader, RefusesBadTypesAndValues) {
  EXPECT_THAT(error_of(Bytes().header(0, 1).str("key").u32(13).u64(0).text()),
              HasSubstr("value type 13"));
  EXPECT_THAT(error_of(Bytes().header(0, 1).str("key").u32(9).u32(99).u64(0).text()),
              HasSubstr("array type 99"));
  EXPECT_THAT(error_of(Bytes().header(0, 1).str("key").u32(7).num<std::uint8_t>(2).text()),
              HasSubstr("bool"));
  EXPECT_THAT(
      error_of(Bytes().header(0, 2).str("key").u32(4).u32(1).str("key").u32(4).u32(1).text()),
      HasSubstr("twice"));
  EXPECT_THAT(error_of(Bytes().header(0, 1).str("general.alignment").u32(4).u32(24).text()),
              HasSubstr("power of two"));
  Bytes deep;
  deep.header(0, 1).str("key").u32(9);
  for (int i = 0; i < 10; ++i) deep.u32(9).u64(1);
  EXPECT_THAT(error_of(deep.text()), HasSubstr("nested"));
}

TEST(Reader, RefusesBadTensors) {
  const auto with = [](std::vector<std::uint64_t> shape, std::uint32_t type, std::uint64_t offset) {
    return error_of(
        Bytes().header(1, 0).tensor("t", std::move(shape), type, offset).pad(32, 64).text());
  };
  EXPECT_EQ(with({16}, 0, 0), "no error");
  EXPECT_THAT(with({17}, 0, 0), HasSubstr("needs bytes 0 to 68"));
  EXPECT_THAT(with({8}, 0, 64), HasSubstr("needs bytes 64 to 96"));
  EXPECT_THAT(with({8}, 0, ~std::uint64_t{31}), HasSubstr("needs bytes"));
  EXPECT_THAT(with({8}, 0, 4), HasSubstr("not aligned"));
  EXPECT_THAT(with({}, 0, 0), HasSubstr("0 dimensions"));
  EXPECT_THAT(with({1, 1, 1, 1, 1}, 0, 0), HasSubstr("5 dimensions"));
  EXPECT_THAT(with({0}, 0, 0), HasSubstr("impossible dimension"));
  EXPECT_THAT(with({std::uint64_t{1} << 40, std::uint64_t{1} << 40}, 0, 0),
              HasSubstr("impossible"));
  EXPECT_THAT(with({std::uint64_t{1} << 62}, 0, 0), HasSubstr("impossibly large"));
  EXPECT_THAT(with({33}, 8, 0), HasSubstr("multiple of 32"));
  EXPECT_THAT(with({8}, 4, 0), HasSubstr("type number 4"));
  EXPECT_THAT(with({8}, 1000, 0), HasSubstr("type number 1000"));
  EXPECT_THAT(
      error_of(
          Bytes().header(2, 0).tensor("t", {1}, 0, 0).tensor("t", {1}, 0, 0).pad(32, 32).text()),
      HasSubstr("twice"));
}

std::string small_file() {
  Bytes b;
  b.header(2, 3).str("k").u32(4).u32(7).str("list").u32(9).u32(8).u64(2).str("a").str("b");
  b.str("nest").u32(9).u32(9).u64(1).u32(6).u64(1).num(1.0F);
  b.tensor("t", {4, 2}, 0, 0).tensor("q", {256}, 14, 32).pad(32, 32 + 210);
  return b.text();
}

TEST(Reader, EveryTruncationIsRefused) {
  const std::string whole = small_file();
  ASSERT_EQ(error_of(whole), "no error");
  for (std::size_t n = 0; n < whole.size(); ++n) {
    EXPECT_THAT(error_of(whole.substr(0, n)), HasSubstr("f.gguf: offset")) << n;
  }
}

TEST(Reader, MutationsNeverCrash) {
  const std::string whole = small_file();
  std::mt19937 random(1);
  int refused = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string mutant = whole;
    const int changes = 1 + static_cast<int>(random() % 4);
    for (int i = 0; i < changes; ++i) {
      const std::size_t at = random() % mutant.size();
      const std::uint64_t values[] = {0, 0xFF, 0x7F, 0x80, random() & 0xFFU};
      mutant[at] = static_cast<char>(values[random() % 5]);
    }
    refused += error_of(mutant) != "no error";
  }
  EXPECT_GT(refused, 1000);
}

TEST(Reader, MissingFile) { EXPECT_THROW(File("/does/not/exist.gguf"), Error); }

TEST(Reader, SharedModelsParse) {
  const auto models = test::shared_data("models");
  if (!models) GTEST_SKIP() << "shared models are not here; ReadsAHandMadeFile covers the reader";
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(*models)) {
    if (entry.path().extension() != ".gguf") continue;
    const File file(entry.path());
    EXPECT_EQ(file.metadata().get_string("general.architecture"), "llama");
    EXPECT_NE(file.find_tensor("token_embd.weight"), nullptr);
    ++files;
  }
  EXPECT_GE(files, 1);
}

}  // namespace
}  // namespace woolly::gguf
