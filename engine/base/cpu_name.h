// Which processor this is, as people and files name it.
#pragma once

#include <filesystem>
#include <string>

namespace woolly {

// Vendor, name, family, model and stepping of the first processor in a file like /proc/cpuinfo, in
// one line: "AuthenticAMD, AMD EPYC 9B14, 25/17/1". What the file does not tell is left out;
// nothing of it: "unknown".
std::string cpu_name(const std::filesystem::path& cpuinfo = "/proc/cpuinfo");

}  // namespace woolly
