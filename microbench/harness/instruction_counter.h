// How many instructions a thread retired in user space: a second opinion on a change, which the
// noise of a host does not reach. Many virtual machines have no counter.
#pragma once

#include <cstdint>
#include <string>

namespace woolly::micro {

class InstructionCounter {
 public:
  InstructionCounter();
  // Another event of perf_event_open(2).
  InstructionCounter(std::uint32_t type, std::uint64_t config);
  ~InstructionCounter();
  InstructionCounter(const InstructionCounter&) = delete;
  InstructionCounter& operator=(const InstructionCounter&) = delete;

  bool counts() const noexcept { return fd_ >= 0; }
  const std::string& why_not() const noexcept { return why_not_; }

  // Of the thread that made it, since then; 0 when it does not count.
  std::uint64_t read() const noexcept;

 private:
  int fd_;
  std::string why_not_;
};

}  // namespace woolly::micro
