// For tests only: the tiny synthetic model of a type, on disk.
#pragma once

#include <filesystem>
#include <string>

#include "engine/base/thread_pool.h"
#include "engine/model/synthetic/synthetic_model.h"

namespace woolly::test {

// `type` is a name of type_mixes().
inline void write_tiny_model(const std::string& type, const std::filesystem::path& path) {
  ThreadPool pool(2);
  SyntheticOptions options;
  options.type = type;
  options.output = path;
  write_synthetic_model(options, pool);
}

}  // namespace woolly::test
