// Where a conclusion goes besides the terminal.
#pragma once

#include <iosfwd>
#include <string>

#include "ci/gate/outputs/conclusion.h"

namespace woolly::gate {

struct OutputOptions {
  bool json = false;  // on stdout, in place of the table
  bool github =
      false;  // annotations on stdout (on stderr beside JSON), Markdown to the job summary
  std::string markdown;  // files; "" for none
  std::string junit;
  std::string sarif;
  std::string openmetrics;
};

// Before minutes are spent on a measurement that could not be written down: throws Error (usage)
// naming the option whose folder is missing.
void require_writable(const OutputOptions& options);

// The table or JSON and the annotations.
void print(const Conclusion& conclusion, const OutputOptions& options, bool color,
           std::ostream& out, std::ostream& err);

// The files, each atomically, and the job summary that $GITHUB_STEP_SUMMARY names. Throws Error
// (usage) for a file that cannot be written.
void write_files(const Conclusion& conclusion, const OutputOptions& options);

}  // namespace woolly::gate
