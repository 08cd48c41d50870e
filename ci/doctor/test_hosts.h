// For tests only: a made-up /proc and /sys.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "ci/doctor/check.h"
#include "engine/base/test_support.h"

namespace woolly::doctor::test {

class FakeHost {
 public:
  void give(const std::string& path, const std::string& text) {
    std::filesystem::create_directories((root() / path).parent_path());
    std::ofstream(root() / path) << text << "\n";
  }
  const std::filesystem::path& root() const { return folder_.path(); }

 private:
  woolly::test::TemporaryFolder folder_;
};

inline Check find(const std::vector<Check>& checks, const std::string& name) {
  const auto found = std::find_if(checks.begin(), checks.end(),
                                  [&](const Check& check) { return check.name == name; });
  return found == checks.end() ? unknown("no such check") : *found;
}

}  // namespace woolly::doctor::test
