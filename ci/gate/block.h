// The launches of one block: some arms that take turns, or where they cannot each twice, in a
// random order that reads the same backwards.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <random>
#include <span>

#include "ci/gate/launcher.h"

namespace woolly::gate {

// A launch whose share of stolen CPU time is above this is disturbed, and its block is repeated
// once: the choice depends on the hypervisor's account alone, never on the measured value.
inline constexpr double kDisturbedSteal = 0.05;

enum class Stage { kWarmUp, kScreening, kConfirmation, kControl };

inline constexpr int kStages = 4;

std::string_view stage_name(Stage stage);  // "warm-up", "screening", ...

// A launch and where it stands.
struct PlacedLaunch {
  const Subject& subject;
  Stage stage;
  int block;     // 0, 1, 2 ... of its subject and stage; a repeated one has the same number
  int position;  // 0, 1, 2 ... in its block
  Arm arm;
  const Launch& launch;
};

class Block {
 public:
  // Whether they took turns: one launch of each arm, whose samples of one index belong together.
  bool in_turns() const noexcept { return in_turns_; }
  const Launch& launch(Arm arm, int which) const {
    return launches_[static_cast<std::size_t>(arm)][static_cast<std::size_t>(which)];
  }
  bool disturbed() const noexcept { return disturbed_; }

 private:
  friend class BlockSampler;
  std::array<std::array<Launch, 2>, kArms> launches_;
  bool in_turns_ = false;
  bool disturbed_ = false;
};

// Whether the block goes on after this launch; told of every launch, whatever became of it.
using LaunchSink = std::function<bool(const PlacedLaunch&)>;

class BlockSampler {
 public:
  BlockSampler(Launcher& launcher, std::uint64_t seed) : launcher_(launcher), random_(seed) {}

  // Subjects in turns are launched together. Of others two arms give ABBA or BAAB; three CABBAC and
  // its like: what drifts linearly over the block is the same for all of them. Measured once more
  // when a launch was disturbed. Nothing when `sink` ended it.
  std::optional<Block> sample(const Subject& subject, Stage stage, int number,
                              std::span<const Arm> arms, const LaunchSink& sink);

  int repeated() const noexcept { return repeated_; }

 private:
  std::optional<Block> launch_in_turns(const Subject& subject, Stage stage, int number,
                                       std::span<const Arm> arms, const LaunchSink& sink);
  std::optional<Block> launch_all(const Subject& subject, Stage stage, int number,
                                  std::span<const Arm> arms, const LaunchSink& sink);

  Launcher& launcher_;
  std::mt19937_64 random_;
  int repeated_ = 0;
};

}  // namespace woolly::gate
