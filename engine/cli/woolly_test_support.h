// For tests only: runs the `woolly` of this build.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "engine/base/process.h"
#include "engine/base/test_support.h"

namespace woolly::test {

inline ProcessResult woolly(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), std::string(WOOLLY_BIN_DIR) + "/woolly");
  return run_process(arguments);
}

// As woolly(), with `input` on standard input.
inline ProcessResult woolly_with_input(const std::string& input_file,
                                       std::vector<std::string> arguments) {
  std::vector<std::string> argv{"sh", "-c",       "f=$1; shift; exec \"$@\" <\"$f\"",
                                "sh", input_file, std::string(WOOLLY_BIN_DIR) + "/woolly"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return run_process(argv);
}

// A tiny synthetic model in a folder that lives as long as the object.
class TinyModel {
 public:
  explicit TinyModel(const std::string& type = "Q4_K_M") : path_((folder_ / "tiny.gguf").string()) {
    const ProcessResult made =
        woolly({"make-model", "--preset", "tiny", "--type", type, "--seed", "1", "-o", path_});
    if (made.exit_code != 0) throw std::runtime_error(made.err);
  }
  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return (folder_ / name).string(); }

 private:
  TemporaryFolder folder_;
  std::string path_;
};

}  // namespace woolly::test
