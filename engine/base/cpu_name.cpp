#include "engine/base/cpu_name.h"

#include <fstream>
#include <map>
#include <string_view>
#include <vector>

namespace woolly {
namespace {

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(" \t") - first + 1));
}

std::map<std::string, std::string> fields_of_first(const std::filesystem::path& cpuinfo) {
  std::map<std::string, std::string> fields;
  std::ifstream file(cpuinfo);
  for (std::string line; std::getline(file, line);) {
    if (line.empty() && !fields.empty()) break;
    const auto colon = line.find(':');
    if (colon == std::string::npos) continue;
    fields[trimmed(std::string_view(line).substr(0, colon))] =
        trimmed(std::string_view(line).substr(colon + 1));
  }
  return fields;
}

std::string joined(const std::map<std::string, std::string>& fields,
                   const std::vector<std::string>& names, std::string_view separator) {
  std::string text;
  for (const std::string& name : names) {
    const auto it = fields.find(name);
    if (it == fields.end() || it->second.empty()) continue;
    if (!text.empty()) text += separator;
    text += it->second;
  }
  return text;
}

}  // namespace

std::string cpu_name(const std::filesystem::path& cpuinfo) {
  std::map<std::string, std::string> fields = fields_of_first(cpuinfo);
  fields["numbers"] = joined(fields, {"cpu family", "model", "stepping"}, "/");
  // Arm gives numbers instead of names.
  const std::string name = joined(fields,
                                  {"vendor_id", "model name", "numbers", "CPU implementer",
                                   "CPU part", "CPU variant", "CPU revision"},
                                  ", ");
  return name.empty() ? "unknown" : name;
}

}  // namespace woolly
