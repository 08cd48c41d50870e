// Counts every allocation of the process: a decoded token after the first makes none.
#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <woolly/session.h>

#include "engine/base/test_support.h"
#include "engine/model/synthetic/synthetic_test_support.h"

namespace {

std::atomic<long> allocations{0};

}  // namespace

// glibc lets a program replace malloc; operator new and the libraries call it too.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* old, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);

void* malloc(std::size_t size) {
  ++allocations;
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  ++allocations;
  return __libc_calloc(count, size);
}
void* realloc(void* old, std::size_t size) {
  ++allocations;
  return __libc_realloc(old, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  ++allocations;
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** result, std::size_t alignment, std::size_t size) {
  ++allocations;
  *result = __libc_memalign(alignment, size);
  return *result == nullptr ? 12 : 0;  // ENOMEM
}
}

namespace woolly {
namespace {

TEST(Allocations, AreCounted) {
  const long before = allocations;
  void* volatile kept = ::operator new(10);  // volatile: not to be optimized away
  ::operator delete(kept);
  kept = ::malloc(10);
  ::free(kept);
  EXPECT_EQ(allocations - before, 2);
}

// Of 20 tokens after the first.
long allocations_of_decoding(const std::string& type,
                             const std::vector<std::pair<std::string, std::string>>& opts) {
  const test::TemporaryFolder folder;
  test::write_tiny_model(type, folder / type);
  SessionOptions options;
  options.threads = 2;
  options.context = 64;
  options.opts = opts;
  Session session = Session::open((folder / type).string(), options);
  session.prefill(std::vector<TokenId>{1, 2, 3});
  session.decode(4);
  const long before = allocations;
  for (TokenId token = 5; token < 25; ++token) session.decode(token);
  return allocations - before;
}

TEST(Allocations, ADecodedTokenMakesNone) {
  for (const char* type : {"Q4_K_M", "F16"}) {
    EXPECT_EQ(allocations_of_decoding(type, {}), 0) << type;
  }
}

TEST(Allocations, ADecodedTokenMakesNoneWithADequantCacheThatIsFullOrHasAll) {
  for (const char* limit_mb : {"1", "64"}) {
    EXPECT_EQ(
        allocations_of_decoding(
            "Q4_K_M", {{"gemm", "blas"}, {"dequant", "cache"}, {"dequant_cache_mb", limit_mb}}),
        0)
        << limit_mb;
  }
}

}  // namespace
}  // namespace woolly
