#include "reports/html/page.h"

#include <fmt/core.h>

#include <random>

#include <woolly/error.h>

#include "reports/html/assets.h"
#include "reports/html/json.h"

namespace woolly::reports {
namespace {

std::string make_nonce() {
  std::random_device random;
  std::string nonce;
  for (int i = 0; i < 4; ++i) nonce += fmt::format("{:08x}", random());
  return nonce;
}

}  // namespace

std::string fill_template(std::string_view text,
                          const std::map<std::string_view, std::string_view>& values) {
  std::string filled;
  while (true) {
    const std::size_t open = text.find("{{");
    filled += text.substr(0, open);
    if (open == std::string_view::npos) return filled;
    const std::size_t close = text.find("}}", open);
    if (close == std::string_view::npos) {
      throw Error(ExitCode::kInternal, "page template: {{ without }}");
    }
    const std::string_view name = text.substr(open + 2, close - open - 2);
    const auto value = values.find(name);
    if (value == values.end()) {
      throw Error(ExitCode::kInternal, fmt::format("page template: no value for {{{{{}}}}}", name));
    }
    filled += value->second;
    text.remove_prefix(close + 2);
  }
}

std::string render_page(const ReportData& data) {
  const std::string nonce = make_nonce();
  const std::string json = script_safe(to_json(data));
  return fill_template(assets::kTemplate, {{"nonce", nonce},
                                           {"chart_license", assets::kChartLicense},
                                           {"chart_style", assets::kChartStyle},
                                           {"chart_script", assets::kChartScript},
                                           {"style", assets::kStyle},
                                           {"script", assets::kScript},
                                           {"data", json}});
}

}  // namespace woolly::reports
