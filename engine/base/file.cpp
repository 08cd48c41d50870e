#include "engine/base/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include <woolly/error.h>

namespace woolly {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in || std::filesystem::is_directory(path)) {
    throw_usage(fmt::format("{}: cannot be read: {}", path.string(), std::strerror(errno)));
  }
  std::string content{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (in.bad()) throw_usage(fmt::format("{}: reading failed", path.string()));
  return content;
}

namespace {

bool write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t n = ::write(fd, content.data(), content.size());
    if (n < 0) {
      if (errno == EINTR) continue;
      return false;
    }
    content.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

}  // namespace

void write_file_atomically(const std::filesystem::path& path, std::string_view content) {
  write_file_atomically(path, std::span(&content, 1));
}

void write_file_atomically(const std::filesystem::path& path,
                           std::span<const std::string_view> parts) {
  std::string temporary = path.string() + ".XXXXXX";
  const int fd = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (fd < 0) {
    throw_usage(fmt::format("{}: cannot be written: {}", path.string(), std::strerror(errno)));
  }
  const auto write_part = [fd](std::string_view part) { return write_all(fd, part); };
  bool good = ::fchmod(fd, 0644) == 0 && std::all_of(parts.begin(), parts.end(), write_part) &&
              ::fsync(fd) == 0;
  int saved_errno = errno;
  good = ::close(fd) == 0 && good;
  if (good && ::rename(temporary.c_str(), path.c_str()) != 0) {
    good = false;
    saved_errno = errno;
  }
  if (!good) {
    ::unlink(temporary.c_str());
    throw_usage(
        fmt::format("{}: cannot be written: {}", path.string(), std::strerror(saved_errno)));
  }
}

}  // namespace woolly
