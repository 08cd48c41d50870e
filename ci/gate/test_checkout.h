// For tests only: a tiny repository whose release preset copies one script, without a compiler.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "engine/base/file.h"
#include "engine/base/process.h"

namespace woolly::gate::test {

class TestCheckout {
 public:
  // `program` becomes bin/woolly-bench, with the layout seed as a comment in its last line.
  TestCheckout(std::filesystem::path folder, const std::string& program) : path(std::move(folder)) {
    std::filesystem::create_directories(path);
    write("CMakeLists.txt",
          "cmake_minimum_required(VERSION 3.25)\nproject(tiny LANGUAGES NONE)\n"
          "file(READ program program)\n"
          "if(WOOLLY_LAYOUT_SEED)\nstring(APPEND program \"# ${WOOLLY_LAYOUT_SEED}\\n\")\nendif()\n"
          "file(CONFIGURE OUTPUT bin/woolly-bench CONTENT \"${program}\" @ONLY)\n"
          "file(CHMOD ${CMAKE_BINARY_DIR}/bin/woolly-bench PERMISSIONS OWNER_READ OWNER_WRITE "
          "OWNER_EXECUTE)\n"
          "add_custom_target(all_programs ALL)\n");
    write("CMakePresets.json",
          R"({"version": 6, "configurePresets": [{"name": "release", "generator": "Ninja",
              "binaryDir": "${sourceDir}/build/release"}]})");
    write(".gitignore", "/build/\n");
    write("program", program);
    git("init -q -b main");
    commit("first");
  }

  void write(const std::string& name, const std::string& content) const {
    write_file_atomically(path / name, content);
  }
  std::string git(const std::string& arguments) const {
    const ProcessResult result =
        run_process({"/bin/sh", "-c", "git -C '" + path.string() + "' " + arguments});
    EXPECT_TRUE(result.ok()) << result.err;
    return result.out;
  }
  void commit(const std::string& message) const {
    git("add -A");
    git("-c user.name=t -c user.email=t@example.org commit -q -m " + message);
  }
  std::string head() const { return git("rev-parse HEAD").substr(0, 40); }

  const std::filesystem::path path;
};

}  // namespace woolly::gate::test
