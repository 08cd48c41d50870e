#include "baselines/import/import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <random>

#include "baselines/import/lenient_json.h"
#include "baselines/import/test_documents.h"

namespace woolly::import {
namespace {

using testing::HasSubstr;

TEST(Import, FindsTheFormatOut) {
  EXPECT_EQ(import_text(kGoogleBenchmark, kSource, std::nullopt).runs[0].record.producer,
            "google-benchmark");
  EXPECT_EQ(import_text(kLlamaBench, kSource, std::nullopt).runs[0].record.producer, "llama-bench");
  EXPECT_EQ(import_text(kHyperfine, kSource, std::nullopt).runs[0].record.producer, "hyperfine");
  EXPECT_EQ(import_text(kPytestBenchmark, kSource, std::nullopt).runs[0].record.producer,
            "pytest-benchmark");
  EXPECT_EQ(import_text(kGithubActionBenchmark, kSource, std::nullopt).runs[0].record.producer,
            "github-action-benchmark");
  EXPECT_EQ(import_text(kWoolly, kSource, std::nullopt).runs[0].record.producer, "woolly-bench");
}

TEST(Import, FormatsHaveNames) {
  EXPECT_EQ(format_names().size(), kDocuments.size());
  EXPECT_EQ(format_named("hyperfine"), Format::kHyperfine);
  EXPECT_EQ(format_named("auto"), std::nullopt);
}

TEST(Import, WhatNobodyWrites) {
  for (const char* text :
       {"{}", "[]", "7", "null", "\"x\"", "[[]]", R"({"context": 1})", R"([{"n_prompt": 1}])"}) {
    EXPECT_THAT(refusal(text), HasSubstr("neither"));
  }
  EXPECT_THAT(refusal(""), HasSubstr("not JSON"));
}

// Whatever the bytes, the answer is valid records or one line.
void expect_records_or_one_line(const std::string& text, std::optional<Format> format) {
  try {
    const Imported imported = import_text(text, kSource, format);
    EXPECT_FALSE(imported.runs.empty());
    for (const ImportedRun& run : imported.runs) samples::validate(run.record, "test");
    for (const std::string& warning : imported.warnings)
      EXPECT_EQ(warning.find('\n'), std::string::npos);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    EXPECT_EQ(error.message().find('\n'), std::string::npos) << error.message();
  }
}

constexpr std::array<std::optional<Format>, 7> kFormats{
    std::nullopt,       Format::kGoogleBenchmark, Format::kLlamaBench,
    Format::kHyperfine, Format::kPytestBenchmark, Format::kGithubActionBenchmark,
    Format::kWoolly};

TEST(Import, EveryTruncation) {
  for (const char* document : kDocuments) {
    const std::string whole = document;
    for (std::size_t length = 0; length < whole.size(); ++length) {
      expect_records_or_one_line(whole.substr(0, length), std::nullopt);
    }
  }
}

TEST(Import, MutatedBytes) {
  std::mt19937 random(20260801);
  for (const char* document : kDocuments) {
    for (int round = 0; round < 1500; ++round) {
      std::string text = document;
      for (unsigned i = 0; i <= random() % 4; ++i)
        text[random() % text.size()] = static_cast<char>(random());
      expect_records_or_one_line(text, kFormats[random() % kFormats.size()]);
    }
  }
}

// Still JSON, but values of the wrong type or size in the right places.
TEST(Import, MutatedValues) {
  const std::array<nlohmann::json, 10> odd{nullptr,
                                           true,
                                           -1,
                                           1e308,
                                           0,
                                           "",
                                           "x\ny",
                                           nlohmann::json::array(),
                                           nlohmann::json::object(),
                                           nlohmann::json::array({nullptr, "s", -1e308})};
  std::mt19937 random(42);
  for (const char* document : kDocuments) {
    const nlohmann::json good = parse_lenient(document, "test");
    std::vector<std::string> places;
    const nlohmann::json flat = good.flatten();
    for (const auto& [pointer, ignored] : flat.items()) places.push_back(pointer);
    for (int round = 0; round < 1500; ++round) {
      nlohmann::json bad = good;
      nlohmann::json::json_pointer place(places[random() % places.size()]);
      for (unsigned up = random() % 3; up > 0 && !place.empty(); --up)
        place = place.parent_pointer();
      bad[place] = odd[random() % odd.size()];
      expect_records_or_one_line(bad.dump(), kFormats[random() % kFormats.size()]);
    }
  }
}

}  // namespace
}  // namespace woolly::import
