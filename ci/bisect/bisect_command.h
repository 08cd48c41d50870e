// `woolly bisect`, from parsed options to exit code.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include <woolly/error.h>

#include "ci/bisect/benchmark.h"
#include "ci/bisect/search.h"
#include "ci/gate/gate_command.h"

namespace woolly::bisect {

struct BisectOptions {
  std::string good;
  std::string bad = "HEAD";
  BenchmarkOptions benchmark;
  std::string build;  // with --run: the shell command that builds; "" for none
  SearchSettings search;
  bool restart = false;
  bool keep_trees = false;
  bool json = false;
  std::optional<std::uint64_t> seed;
};

// Searches in the checkout that `folder` is in and prints the answer. kOk when a commit was found,
// kInconclusive when not. Throws Error for what cannot be searched: (usage) wrong options, refs,
// good or bad does not build; (benchmark failed) the benchmark fails at good or bad.
ExitCode bisect(const BisectOptions& options, const std::filesystem::path& folder,
                gate::Console& console);

}  // namespace woolly::bisect
