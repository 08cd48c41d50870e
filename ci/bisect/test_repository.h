// For tests only: a git repository of small commits.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ci/gate/git.h"
#include "engine/base/file.h"
#include "engine/base/process.h"
#include "engine/base/test_support.h"

namespace woolly::bisect::test {

class Repository {
 public:
  Repository() : path(std::filesystem::canonical(folder_.path()) / "repo") {
    std::filesystem::create_directories(path);
    git("init -q -b main");
  }

  void git(const std::string& arguments) {
    const ProcessResult result =
        run_process({"/bin/sh", "-c",
                     "git -C '" + path.string() +
                         "' -c user.name='Ada L' -c user.email=a@example.org " + arguments});
    ASSERT_TRUE(result.ok()) << arguments << ": " << result.err;
  }
  void write(const std::string& name, const std::string& content) {
    write_file_atomically(path / name, content);
  }
  // The hash of a commit of everything.
  std::string commit(const std::string& message) {
    git("add -A");
    git("commit -q --allow-empty -m '" + message + "'");
    return *gate::commit_of(path, "HEAD");
  }

 private:
  woolly::test::TemporaryFolder folder_;

 public:
  const std::filesystem::path path;
};

}  // namespace woolly::bisect::test
