#include "engine/gguf/writer.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include <woolly/error.h>

#include "engine/base/file.h"
#include "engine/base/test_support.h"
#include "engine/gguf/reader.h"

namespace woolly::gguf {
namespace {

Metadata every_type() {
  Metadata m;
  m.set("u8", std::uint8_t{1});
  m.set("i8", std::int8_t{-1});
  m.set("u16", std::uint16_t{2});
  m.set("i16", std::int16_t{-2});
  m.set("u32", std::uint32_t{3});
  m.set("i32", std::int32_t{-3});
  m.set("f32", 1.25F);
  m.set("bool", true);
  m.set("string", std::string("zero\0inside", 11));
  m.set("u64", std::uint64_t{1} << 60);
  m.set("i64", -(std::int64_t{1} << 60));
  m.set("f64", 0.1);
  m.set("a.u8", Array{std::vector<std::uint8_t>{1, 2}});
  m.set("a.bool", Array{std::vector<bool>{true, false, true}});
  m.set("a.string", Array{std::vector<std::string>{"", "x"}});
  m.set("a.f64", Array{std::vector<double>{}});
  m.set("a.nested",
        Array{Array::Nested{Array{std::vector<std::int16_t>{-5}}, Array{std::vector<float>{2}}}});
  return m;
}

std::vector<TensorInfo> two_tensors() {
  TensorInfo a;
  a.name = "a";
  a.dtype = DType::kF32;
  a.shape = {3, 2};
  TensorInfo b;
  b.name = "b";
  b.dtype = DType::kQ8_0;
  b.shape = {32};
  return {a, b};
}

TEST(Writer, RoundTripsEveryType) {
  const test::TemporaryFolder folder;
  const Metadata metadata = every_type();
  Writer writer(folder / "m.gguf", metadata, two_tensors());
  const std::string a(24, 'a');
  const std::string b(34, 'b');
  writer.append(std::as_bytes(std::span(a)).first(5));
  writer.append(std::as_bytes(std::span(a)).subspan(5));
  writer.append(std::as_bytes(std::span(b)));
  EXPECT_FALSE(std::filesystem::exists(folder / "m.gguf"));
  writer.finish();

  const File file(folder / "m.gguf");
  ASSERT_EQ(file.metadata().entries().size(), metadata.entries().size());
  for (std::size_t i = 0; i < metadata.entries().size(); ++i) {
    const auto& [key, value] = metadata.entries()[i];
    EXPECT_EQ(file.metadata().entries()[i].first, key);
    EXPECT_EQ(value_type(file.metadata().entries()[i].second), value_type(value)) << key;
    if (value_type(value) != ValueType::kArray) {
      EXPECT_TRUE(std::visit(
          [&](const auto& x) {
            using T = std::decay_t<decltype(x)>;
            if constexpr (std::is_same_v<T, Array>) {
              return true;
            } else {
              return std::get<T>(file.metadata().entries()[i].second) == x;
            }
          },
          value))
          << key;
    }
  }
  const auto nested = std::get<Array>(*file.metadata().find("a.nested"));
  EXPECT_EQ(
      std::get<std::vector<std::int16_t>>(std::get<Array::Nested>(nested.elements)[0].elements)[0],
      -5);
  const auto bools = std::get<Array>(*file.metadata().find("a.bool"));
  EXPECT_EQ(std::get<std::vector<bool>>(bools.elements), (std::vector<bool>{true, false, true}));
  const auto bytes_of = [&](const char* name) {
    const auto data = file.data(*file.find_tensor(name));
    return std::string(reinterpret_cast<const char*>(data.data()), data.size());
  };
  EXPECT_EQ(bytes_of("a"), a);
  EXPECT_EQ(bytes_of("b"), b);
  EXPECT_EQ(file.find_tensor("c"), nullptr);
}

TEST(Writer, HonoursAlignment) {
  const test::TemporaryFolder folder;
  Metadata metadata;
  metadata.set("general.alignment", std::uint32_t{256});
  Writer writer(folder / "m.gguf", metadata, two_tensors());
  const std::string data(24 + 34, 'x');
  writer.append(std::as_bytes(std::span(data)));
  writer.finish();
  const File file(folder / "m.gguf");
  EXPECT_EQ(file.header().data_offset % 256, 0U);
  EXPECT_EQ(file.header().tensors[1].offset, 256U);
}

TEST(Writer, AbandonedLeavesNothing) {
  const test::TemporaryFolder folder;
  {
    Writer writer(folder / "m.gguf", {}, two_tensors());
    writer.append(std::as_bytes(std::span(std::string_view("abc"))));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Writer, UnwritablePlaceIsAUsersError) {
  const test::TemporaryFolder folder;
  EXPECT_THROW(Writer(folder / "no" / "m.gguf", {}, {}), Error);
}

}  // namespace
}  // namespace woolly::gguf
