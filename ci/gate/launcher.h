// One launch of one arm: the unit of measurement (rule 1 of the design).
#pragma once

#include <filesystem>
#include <string>

#include "baselines/samples/samples.h"
#include "ci/gate/subject.h"

namespace woolly::gate {

enum class Arm { kBase, kHead };

inline std::string_view arm_name(Arm arm) { return arm == Arm::kBase ? "base" : "head"; }

struct Launch {
  samples::Record record;
  double wall_s = 0;
  double steal_s = 0;    // CPU seconds the hypervisor took from this machine meanwhile
  std::string failure;   // one line; "" when it ran and said what it measured
  bool refused = false;  // the failure is exit code 2: wrong arguments or input
  bool interrupted = false;
};

// The gate's only door to the world, so that tests can put a world of known truth behind it.
class Launcher {
 public:
  virtual ~Launcher() = default;

  // `padding_bytes` of environment are added: they move the stack, and with it how buffers fall
  // into caches and pages, by an amount that has nothing to do with the code under test (Mytkowicz
  // et al. 2009). Drawn anew for every launch, that luck is noise the interval accounts for;
  // left alone it would be a bias of one arm.
  virtual Launch launch(const Subject& subject, Arm arm, int padding_bytes) = 0;

  virtual double now_s() = 0;  // a clock that never goes back
};

inline constexpr double kLaunchTimeoutS = 3600;  // a matter of seconds; an hour means it hangs

inline constexpr int kMostPaddingBytes = 4095;  // a page: what follows repeats

// Runs SUBJECT.program from one folder per arm.
class ProcessLauncher : public Launcher {
 public:
  ProcessLauncher(std::filesystem::path base_folder, std::filesystem::path head_folder);

  // Throws Error (usage) naming the folder that lacks a program of `subject`.
  void require(const Subject& subject, Arm arm) const;

  Launch launch(const Subject& subject, Arm arm, int padding_bytes) override;
  double now_s() override;

 private:
  std::filesystem::path program(const Subject& subject, Arm arm) const;

  std::filesystem::path base_folder_;
  std::filesystem::path head_folder_;
};

}  // namespace woolly::gate
