// One launch of one arm: the unit of measurement (rule 1 of the design).
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "baselines/samples/samples.h"
#include "ci/gate/subject.h"
#include "engine/base/process.h"

namespace woolly::gate {

// The last two are base again: controls, of which one must come out equal and one slower.
enum class Arm { kBase, kHead, kSame, kSlowed };

inline constexpr int kArms = 4;

std::string_view arm_name(Arm arm);  // "base", "head", "base again", "base slowed down"

struct Launch {
  samples::Record record;
  double wall_s = 0;
  double steal_s = 0;    // CPU seconds the hypervisor took from this machine meanwhile
  std::string failure;   // one line; "" when it ran and said what it measured
  bool refused = false;  // the failure is exit code 2: wrong arguments or input
  bool interrupted = false;
};

struct Start {
  Arm arm;
  int padding_bytes;  // of Launcher::launch()
};

// The gate's only door to the world, so that tests can put a world of known truth behind it.
class Launcher {
 public:
  virtual ~Launcher() = default;

  // `padding_bytes` of environment are added: they move the stack, and with it how buffers fall
  // into caches and pages, by an amount that has nothing to do with the code under test (Mytkowicz
  // et al. 2009). Drawn anew for every launch, that luck is noise the interval accounts for;
  // left alone it would be a bias of one arm.
  // Arm::kSlowed runs slowed down by `slowdown`.
  virtual Launch launch(const Subject& subject, Arm arm, int padding_bytes) = 0;

  // One launch of each of `starts` (two or more), together: they take turns (engine/base/turns.h),
  // in every round in another order, drawn by `seed`. Started in the order given, each after the
  // one before it is ready; returned in that order. Only where may_take_turns(subject). A program
  // that does not know how refuses.
  virtual std::vector<Launch> launch_in_turns(const Subject& subject, std::span<const Start> starts,
                                              std::uint64_t seed) = 0;

  // How much longer everything takes in Arm::kSlowed, as a share.
  double slowdown = 0.10;

  virtual double now_s() const = 0;  // a clock that never goes back
};

inline constexpr double kLaunchTimeoutS = 3600;  // a matter of seconds; an hour means it hangs

inline constexpr int kMostPaddingBytes = 4095;  // a page: what follows repeats

// What every launcher gives its child. `padding_bytes` as in Launcher::launch().
ProcessOptions launch_options(int padding_bytes);

// Runs SUBJECT.program from one folder per arm: not the folders given, but temporary ones with
// links to (or copies of) their files, whose names are equally long. A program keeps its own path
// on the heap, and a path that is a few letters longer moves all that comes after it: that alone
// made a kernel 16 % slower in one of two identical builds.
class ProcessLauncher : public Launcher {
 public:
  ProcessLauncher(const std::filesystem::path& base_folder,
                  const std::filesystem::path& head_folder);
  ~ProcessLauncher() override;
  ProcessLauncher(const ProcessLauncher&) = delete;
  ProcessLauncher& operator=(const ProcessLauncher&) = delete;

  // Throws Error (usage) naming the folder that lacks a program of `subject`.
  void require(const Subject& subject, Arm arm) const;

  Launch launch(const Subject& subject, Arm arm, int padding_bytes) override;
  std::vector<Launch> launch_in_turns(const Subject& subject, std::span<const Start> starts,
                                      std::uint64_t seed) override;
  double now_s() const override;

 private:
  std::filesystem::path given_folder(Arm arm) const;
  std::filesystem::path program(const Subject& subject, Arm arm) const;
  std::vector<std::string> command_line(const Subject& subject, Arm arm) const;
  // What a finished process makes of it.
  Launch launch_of(const Subject& subject, Arm arm, const ProcessResult& result) const;

  std::filesystem::path base_folder_;
  std::filesystem::path head_folder_;
  std::filesystem::path arms_;  // holds "base" and "head"
};

}  // namespace woolly::gate
