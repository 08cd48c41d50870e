#include "ci/gate/outputs/outputs.h"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ostream>

#include <woolly/error.h>

#include "ci/gate/outputs/github.h"
#include "ci/gate/outputs/json.h"
#include "ci/gate/outputs/junit.h"
#include "ci/gate/outputs/markdown.h"
#include "ci/gate/outputs/openmetrics.h"
#include "ci/gate/outputs/sarif.h"
#include "ci/gate/outputs/table.h"
#include "engine/base/file.h"

namespace woolly::gate {
namespace {

namespace fs = std::filesystem;

struct FileOutput {
  std::string_view option;
  const std::string& path;
  std::string (*text)(const Conclusion&);
};

std::array<FileOutput, 4> file_outputs(const OutputOptions& options) {
  return {{{"--markdown", options.markdown, markdown_text},
           {"--junit", options.junit, junit_xml},
           {"--sarif", options.sarif,
            [](const Conclusion& conclusion) { return sarif_document(conclusion).dump(1) + "\n"; }},
           {"--openmetrics", options.openmetrics, openmetrics_text}}};
}

// The job summary is the runner's file: other steps have written to it already.
void append_to_job_summary(const std::string& text) {
  const char* path = std::getenv("GITHUB_STEP_SUMMARY");
  if (path == nullptr || *path == '\0') return;
  std::ofstream file(path, std::ios::app);
  file << text << std::flush;
  if (!file) throw_usage(fmt::format("GITHUB_STEP_SUMMARY: cannot write to {}", path));
}

}  // namespace

void require_writable(const OutputOptions& options) {
  for (const FileOutput& output : file_outputs(options)) {
    if (output.path.empty()) continue;
    const fs::path parent = fs::absolute(output.path).parent_path();
    if (!fs::is_directory(parent)) {
      throw_usage(fmt::format("{} {}: no folder {}", output.option, output.path, parent.string()));
    }
  }
}

void print(const Conclusion& conclusion, const OutputOptions& options, bool color,
           std::ostream& out, std::ostream& err) {
  if (options.json) {
    out << json_document(conclusion).dump(2) << '\n';
  } else {
    out << table_text(conclusion, color);
  }
  if (options.github) (options.json ? err : out) << github_annotations(conclusion) << std::flush;
  out << std::flush;
}

void write_files(const Conclusion& conclusion, const OutputOptions& options) {
  for (const FileOutput& output : file_outputs(options)) {
    if (!output.path.empty()) write_file_atomically(output.path, output.text(conclusion));
  }
  if (options.github) append_to_job_summary(markdown_text(conclusion));
}

}  // namespace woolly::gate
