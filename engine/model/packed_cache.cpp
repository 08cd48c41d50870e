#include "engine/model/packed_cache.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <vector>

#include <woolly/error.h>

#include "engine/base/file.h"
#include "engine/kernels/panel_matmul/panel_layout.h"

namespace woolly {
namespace {

// Small enough that the checksum finds in the second-level cache what the read has just put there.
constexpr std::size_t kChunkBytes = std::size_t{256} << 10;
constexpr std::size_t kPageBytes = 4096;
constexpr std::string_view kMagic = "WOOLPAK1";
constexpr std::size_t kHashDigits = 16;

// As in the file, in the byte order of the machine. What must be equal comes first.
struct Header {
  char magic[kMagic.size()] = {};
  char content_hash[kHashDigits] = {};
  FileStamp source;
  std::uint64_t layout_version = kPanelLayoutVersion;
  std::uint64_t plan = 0;  // XXH3-64 of the matrices' types and shapes, in the arena's order
  std::uint64_t arena_bytes = 0;
  std::uint64_t table_checksum = 0;
  std::uint64_t checksum = 0;  // of all before it
};
static_assert(std::has_unique_object_representations_v<Header>);
constexpr std::size_t kIdentityBytes = offsetof(Header, table_checksum);

std::uint64_t xxh3(std::span<const std::byte> bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

template <typename T>
std::span<const std::byte> bytes_of(const T& object) {
  return std::as_bytes(std::span(&object, 1));
}

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::uint64_t header_checksum(const Header& header) {
  return xxh3(bytes_of(header).first(offsetof(Header, checksum)));
}

std::uint64_t plan_of(const PackedModel& packed) {
  std::vector<std::uint64_t> plan;
  for (const PackedMatrix* matrix : packed.matrices()) {
    const PanelWeights& w = matrix->weights;
    plan.insert(plan.end(), {static_cast<std::uint64_t>(w.dtype), w.rows, w.cols});
  }
  return xxh3(std::as_bytes(std::span(plan)));
}

Header header_for(const std::string& content_hash, const LlamaModel& model,
                  const PackedModel& packed) {
  Header header;
  kMagic.copy(header.magic, kMagic.size());
  content_hash.copy(header.content_hash, kHashDigits);
  header.source = model.file.stamp();
  header.plan = plan_of(packed);
  header.arena_bytes = packed.arena().size();
  return header;
}

// The chunks' checksums; so long that the arena begins at a page of the file.
std::vector<std::uint64_t> empty_table(const PackedModel& packed) {
  const std::size_t chunks = (packed.arena().size() + kChunkBytes - 1) / kChunkBytes;
  const std::size_t bytes = sizeof(Header) + chunks * sizeof(std::uint64_t);
  const std::size_t padded = (bytes + kPageBytes - 1) / kPageBytes * kPageBytes;
  return std::vector<std::uint64_t>((padded - sizeof(Header)) / sizeof(std::uint64_t));
}

// Calls body(chunk, begin, end) for the chunk's bytes of the arena, each on the thread that will
// multiply its first panel: the first to touch a page decides where it lies.
template <typename Body>
void for_chunks(const PackedModel& packed, ThreadPool& pool, const Body& body) {
  const std::vector<const PackedMatrix*> matrices = packed.matrices();
  const std::size_t size = packed.arena().size();
  pool.run([&](int thread) {
    std::size_t offset = 0;
    for (const PackedMatrix* matrix : matrices) {
      const auto [first, last] = matrix->share(thread, pool.threads());
      const std::size_t begin = offset + first * matrix->weights.panel_bytes;
      const std::size_t end = offset + last * matrix->weights.panel_bytes;
      for (std::size_t chunk = (begin + kChunkBytes - 1) / kChunkBytes; chunk * kChunkBytes < end;
           ++chunk) {
        body(chunk, chunk * kChunkBytes, std::min(size, (chunk + 1) * kChunkBytes));
      }
      offset += matrix->weights.bytes();
    }
  });
}

class InputFile {
 public:
  explicit InputFile(const std::filesystem::path& path)
      : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~InputFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  bool is_open() const { return fd_ >= 0; }

  // The size of a regular file, -1 for anything else.
  std::int64_t size() const {
    struct stat status {};
    return ::fstat(fd_, &status) == 0 && S_ISREG(status.st_mode) ? status.st_size : -1;
  }

  // False when it ends before, or on errors. Thread-safe.
  bool read(std::span<std::byte> into, std::size_t offset) const noexcept {
    while (!into.empty()) {
      const ssize_t n = ::pread(fd_, into.data(), into.size(), static_cast<off_t>(offset));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return false;
      into = into.subspan(static_cast<std::size_t>(n));
      offset += static_cast<std::size_t>(n);
    }
    return true;
  }

 private:
  int fd_;
};

enum class Reading { kGood, kAbsent, kUnreadable, kDamaged, kOfAnotherState };

// Read into the arena and not mapped: decoding needs huge pages, which the page cache of most file
// systems does not have, and copying from the page cache costs a few tenths of a second at most.
Reading read_arena(const InputFile& file, std::span<const std::uint64_t> table, PackedModel& packed,
                   ThreadPool& pool) {
  const std::span<std::byte> arena = packed.arena();
  const std::size_t start = sizeof(Header) + table.size_bytes();
  std::atomic<bool> good{true};
  for_chunks(packed, pool, [&](std::size_t chunk, std::size_t begin, std::size_t end) {
    if (!good.load(std::memory_order_relaxed)) return;
    const std::span<std::byte> bytes = arena.subspan(begin, end - begin);
    if (!file.read(bytes, start + begin) || xxh3(bytes) != table[chunk]) {
      good.store(false, std::memory_order_relaxed);
    }
  });
  return good.load() ? Reading::kGood : Reading::kDamaged;
}

Reading read_packed(const std::filesystem::path& path, const Header& expected, PackedModel& packed,
                    ThreadPool& pool) {
  const InputFile file(path);
  if (!file.is_open()) return errno == ENOENT ? Reading::kAbsent : Reading::kUnreadable;
  Header header;
  if (!file.read(std::as_writable_bytes(std::span(&header, 1)), 0)) return Reading::kDamaged;
  if (header.checksum != header_checksum(header)) return Reading::kDamaged;
  if (std::memcmp(&header, &expected, kIdentityBytes) != 0) return Reading::kOfAnotherState;

  std::vector<std::uint64_t> table = empty_table(packed);
  const std::span<std::byte> table_bytes = std::as_writable_bytes(std::span(table));
  const std::size_t size = sizeof header + table_bytes.size() + packed.arena().size();
  if (file.size() != static_cast<std::int64_t>(size)) return Reading::kDamaged;
  if (!file.read(table_bytes, sizeof header) || xxh3(table_bytes) != header.table_checksum) {
    return Reading::kDamaged;
  }
  return read_arena(file, table, packed, pool);
}

std::string warning_of(Reading reading, const std::filesystem::path& path) {
  switch (reading) {
    case Reading::kGood:
    case Reading::kAbsent:
      return "";
    case Reading::kUnreadable:
      return fmt::format("{}: cannot be read; packed the weights again", path.string());
    case Reading::kDamaged:
      return fmt::format("{}: is damaged; packed the weights again", path.string());
    case Reading::kOfAnotherState:
      return fmt::format("{}: is of another state of the model file; packed the weights again",
                         path.string());
  }
  return "";
}

void write_packed(const std::filesystem::path& path, Header header, const PackedModel& packed,
                  ThreadPool& pool) {
  std::vector<std::uint64_t> table = empty_table(packed);
  const std::span<const std::byte> arena = packed.arena();
  for_chunks(packed, pool, [&](std::size_t chunk, std::size_t begin, std::size_t end) {
    table[chunk] = xxh3(arena.subspan(begin, end - begin));
  });
  const std::span<const std::byte> table_bytes = std::as_bytes(std::span(table));
  header.table_checksum = xxh3(table_bytes);
  header.checksum = header_checksum(header);
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  if (error) {
    throw_usage(
        fmt::format("{}: cannot be made: {}", path.parent_path().string(), error.message()));
  }
  const std::string_view parts[] = {text_of(bytes_of(header)), text_of(table_bytes),
                                    text_of(arena)};
  write_file_atomically(path, parts);
}

}  // namespace

std::filesystem::path packed_cache_file(const std::filesystem::path& directory,
                                        const std::string& content_hash) {
  return directory / fmt::format("{}.panels{}", content_hash, kPanelLayoutVersion);
}

PackedLoad load_or_pack(const std::filesystem::path& directory, const std::string& content_hash,
                        const LlamaModel& model, PackedModel& packed, ThreadPool& pool) {
  std::error_code ignored;
  const std::filesystem::file_status status = std::filesystem::status(directory, ignored);
  if (std::filesystem::exists(status) && !std::filesystem::is_directory(status)) {
    throw_usage(fmt::format("{}: is not a directory", directory.string()),
                "packed weights are kept in a directory, which is made when it is missing");
  }
  const std::filesystem::path path = packed_cache_file(directory, content_hash);
  const Header header = header_for(content_hash, model, packed);
  const Reading reading = read_packed(path, header, packed, pool);
  if (reading == Reading::kGood) return {PackedOrigin::kFile, ""};
  packed.pack(model, pool);
  try {
    write_packed(path, header, packed, pool);
  } catch (const Error& error) {
    return {PackedOrigin::kPacked, error.message() + "; the next load packs again"};
  }
  return {PackedOrigin::kStored, warning_of(reading, path)};
}

}  // namespace woolly
