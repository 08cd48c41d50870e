#include "microbench/harness/instruction_counter.h"

#include <linux/perf_event.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace woolly::micro {
namespace {

int open_counter(std::uint32_t type, std::uint64_t config) {
  perf_event_attr attributes{};
  attributes.size = sizeof attributes;
  attributes.type = type;
  attributes.config = config;
  attributes.exclude_kernel = 1;
  attributes.exclude_hv = 1;
  constexpr int kThisThread = 0;
  constexpr int kAnyCpu = -1;
  constexpr int kNoGroup = -1;
  return static_cast<int>(::syscall(SYS_perf_event_open, &attributes, kThisThread, kAnyCpu,
                                    kNoGroup, PERF_FLAG_FD_CLOEXEC));
}

}  // namespace

InstructionCounter::InstructionCounter()
    : InstructionCounter(PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS) {}

InstructionCounter::InstructionCounter(std::uint32_t type, std::uint64_t config)
    : fd_(open_counter(type, config)), why_not_(fd_ >= 0 ? "" : ::strerror(errno)) {}

InstructionCounter::~InstructionCounter() {
  if (fd_ >= 0) ::close(fd_);
}

std::uint64_t InstructionCounter::read() const noexcept {
  std::uint64_t count = 0;
  if (fd_ < 0 || ::read(fd_, &count, sizeof count) != sizeof count) return 0;
  return count;
}

}  // namespace woolly::micro
