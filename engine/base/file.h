// Small files: read whole, written atomically.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace woolly {

// The whole file. Throws Error (usage) when it cannot be read.
std::string read_file(const std::filesystem::path& path);

// Writes to a temporary file beside `path`, syncs it and renames it over `path`: a reader sees the
// old or the new content, never a part. Throws Error (usage) and leaves `path` as it was on
// failure.
void write_file_atomically(const std::filesystem::path& path, std::string_view content);

// The same for content that lies in several places, without joining it in memory.
void write_file_atomically(const std::filesystem::path& path,
                           std::span<const std::string_view> parts);

}  // namespace woolly
