// Texts embedded into the executable by reports/cmake/embed_assets.cmake, so that it needs no files
// at run time.
#pragma once

#include <string_view>

namespace woolly::reports::assets {

extern const std::string_view kTemplate;  // reports/page/page.html
extern const std::string_view kStyle;     // reports/page/*.css
extern const std::string_view kScript;  // reports/page/*.js, in the order of reports/CMakeLists.txt
extern const std::string_view kChartStyle;    // uPlot
extern const std::string_view kChartScript;   // uPlot
extern const std::string_view kChartLicense;  // uPlot's, which must go with its code

}  // namespace woolly::reports::assets
