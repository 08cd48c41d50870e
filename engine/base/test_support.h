// For tests only: where the shared data is, and a folder that goes away.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#ifndef WOOLLY_SOURCE_DIR
#define WOOLLY_SOURCE_DIR "."
#endif

namespace woolly::test {

// WOOLLY_SHARED_DATA, else ../shared/data beside the checkout; nothing when `relative` is not
// there. A test that needs it skips with GTEST_SKIP() and a self-made counterpart covers the same
// code.
inline std::optional<std::filesystem::path> shared_data(const std::string& relative) {
  const char* env = std::getenv("WOOLLY_SHARED_DATA");
  const std::filesystem::path root =
      env != nullptr ? std::filesystem::path(env)
                     : std::filesystem::path(WOOLLY_SOURCE_DIR) / "../shared/data";
  std::filesystem::path path = root / relative;
  if (!std::filesystem::exists(path)) return std::nullopt;
  return path;
}

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "woolly-test-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace woolly::test
