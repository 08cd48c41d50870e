// woolly-report: one offline HTML file from a database of measurements.
#include <fmt/core.h>

#include <filesystem>
#include <string>

#include <woolly/version.h>

#include "baselines/store/store.h"
#include "engine/base/file.h"
#include "engine/cli/command.h"
#include "reports/data/collect.h"
#include "reports/html/page.h"

namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  woolly report --db woolly.db -o report.html\n"
    "  woolly report --db woolly.db --baseline v1.0 -o report.html\n";

struct Options {
  std::filesystem::path database = "woolly.db";
  std::filesystem::path output = "report.html";
  std::string baseline;
};

int write_report(const Options& options) {
  using namespace woolly;
  const auto store = store::Store::open_existing(options.database);
  reports::CollectOptions collect_options;
  collect_options.database = options.database.filename().string();
  collect_options.baseline = options.baseline;
  const reports::ReportData data = reports::collect(store, collect_options);
  const std::string page = reports::render_page(data);
  write_file_atomically(options.output, page);
  fmt::print("{}: {} series of {} runs, {:.1f} MB\n", options.output.string(), data.series.size(),
             data.runs.size(), static_cast<double>(page.size()) / 1e6);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  const auto app = woolly::cli::make_app("woolly-report",
                                         "Writes one offline HTML file: latest results, change "
                                         "against the baseline, history, gate verdicts.",
                                         kExamples);
  app->add_option("--db", options.database, "Database to read")->capture_default_str();
  app->add_option("-o,--output", options.output, "File to write")->capture_default_str();
  app->add_option("--baseline", options.baseline,
                  "Baseline to compare with (default: of each producer, the one set last)");
  return woolly::cli::run_app(*app, argc, argv, [&] { return write_report(options); });
}
