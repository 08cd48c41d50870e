// For tests only: folders of fake programs, shell scripts that print what a launch would.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "engine/base/file.h"
#include "engine/base/process.h"
#include "engine/base/test_support.h"

namespace woolly::gate::test {

inline void write_script(const std::filesystem::path& path, const std::string& body) {
  std::filesystem::create_directories(path.parent_path());
  {
    std::ofstream file(path);
    file << "#!/bin/sh\n" << body << "\n";
  }
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
}

// A launch in JSON: decode speed `tps` with the given answer.
inline std::string launch_json(const std::string& tps,
                               const std::string& answer = "aaaaaaaaaaaaaaaa",
                               const std::string& benchmark = "e2e/tiny/pp128_tg64_d0",
                               const std::string& cpu = "fake") {
  return R"({"producer": "woolly-bench", "started_at": "2026-01-31T12:00:00Z", "environment":
    {"cpu_model": ")" +
         cpu + R"("}, "results": [{"benchmark": ")" + benchmark +
         R"(", "metric": "decode_tps", "unit": "t/s", "samples": [)" + tps +
         R"(], "answer_hash": ")" + answer + R"("}]})";
}

// A woolly-bench whose decode speed is `tps` plus a little noise that differs by launch.
inline void write_bench(const std::filesystem::path& folder, int tps,
                        const std::string& answer = "aaaaaaaaaaaaaaaa") {
  const std::string json = launch_json("'\"$tps\"'", answer);
  write_script(folder / "woolly-bench",
               "tps=$((" + std::to_string(tps) + "00 + $$ % 50))\nprintf '%s\\n' '" + json + "'");
}

inline void write_model(const std::filesystem::path& path) { std::ofstream(path) << "GGUF"; }

}  // namespace woolly::gate::test
