#include "reports/html/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <woolly/error.h>

#include "reports/html/assets.h"

namespace woolly::reports {
namespace {

using testing::HasSubstr;
using testing::Not;

std::size_t occurrences(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(FillTemplate, ReplacesInOnePass) {
  EXPECT_EQ(fill_template("{{a}}-{{b}}-{{a}}", {{"a", "{{b}}"}, {"b", "2"}}), "{{b}}-2-{{b}}");
  EXPECT_EQ(fill_template("plain", {}), "plain");
  EXPECT_EQ(fill_template("", {}), "");
}

TEST(FillTemplate, RefusesWhatItCannotFill) {
  EXPECT_THROW(fill_template("{{missing}}", {{"a", "1"}}), Error);
  EXPECT_THROW(fill_template("{{a", {{"a", "1"}}), Error);
}

TEST(RenderPage, HasTheSameElementsWhateverTheNames) {
  ReportData data{};
  const std::string plain = render_page(data);
  data.database = "</script><script>alert(1)</script>{{script}}";
  const std::string hostile = render_page(data);
  for (const char* tag : {"<script", "</script>", "<style", "</style>", "<!--"}) {
    EXPECT_EQ(occurrences(hostile, tag), occurrences(plain, tag)) << tag;
  }
  EXPECT_EQ(occurrences(plain, "</script>"), 3U) << "data, chart library, page";
}

TEST(RenderPage, ForbidsEveryRequest) {
  const std::string page = render_page({});
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  EXPECT_THAT(page, Not(HasSubstr("unsafe-inline")));
  EXPECT_THAT(page, Not(HasSubstr("{{")));
}

TEST(RenderPage, HasANonceOfItsOwn) { EXPECT_NE(render_page({}), render_page({})); }

TEST(Assets, TheChartLibraryComesWithItsLicense) {
  EXPECT_THAT(std::string(assets::kChartLicense), HasSubstr("MIT License"));
  EXPECT_THAT(std::string(assets::kChartScript), HasSubstr("uPlot"));
  EXPECT_THAT(render_page({}), HasSubstr(std::string(assets::kChartLicense)));
}

}  // namespace
}  // namespace woolly::reports
