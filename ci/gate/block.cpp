#include "ci/gate/block.h"

#include <algorithm>
#include <vector>

#include "engine/base/check.h"

namespace woolly::gate {
namespace {

// The kernel counts steal in ticks, of 10 ms on most: of a launch that takes no longer one says
// little.
constexpr double kStealTicks = 0.015;

bool is_disturbed(const Launch& launch) {
  // One core's worth is the yardstick: a launch that lost that much lost it on its critical path.
  return launch.steal_s > std::max(kDisturbedSteal * launch.wall_s, kStealTicks);
}

}  // namespace

std::string_view stage_name(Stage stage) {
  switch (stage) {
    case Stage::kWarmUp:
      return "warm-up";
    case Stage::kScreening:
      return "screening";
    case Stage::kConfirmation:
      return "confirmation";
    case Stage::kControl:
      return "control";
  }
  WOOLLY_CHECK(false);
}

std::optional<Block> BlockSampler::sample(const Subject& subject, Stage stage, int number,
                                          std::span<const Arm> arms, const LaunchSink& sink) {
  const auto launches =
      subject.in_turns ? &BlockSampler::launch_in_turns : &BlockSampler::launch_all;
  std::optional<Block> block = (this->*launches)(subject, stage, number, arms, sink);
  if (!block || !block->disturbed()) return block;
  ++repeated_;
  return (this->*launches)(subject, stage, number, arms, sink);
}

std::optional<Block> BlockSampler::launch_in_turns(const Subject& subject, Stage stage, int number,
                                                   std::span<const Arm> arms,
                                                   const LaunchSink& sink) {
  std::uniform_int_distribution<int> padding(0, kMostPaddingBytes);
  std::vector<Start> starts;
  for (const Arm arm : arms) starts.push_back({arm, padding(random_)});
  std::shuffle(starts.begin(), starts.end(), random_);
  std::vector<Launch> launches = launcher_.launch_in_turns(subject, starts, random_());
  Block block;
  block.in_turns_ = true;
  for (std::size_t position = 0; position < starts.size(); ++position) {
    const Arm arm = starts[position].arm;
    Launch& launch = block.launches_[static_cast<std::size_t>(arm)][0];
    launch = std::move(launches[position]);
    if (!sink({subject, stage, number, static_cast<int>(position), arm, launch})) {
      return std::nullopt;
    }
    block.disturbed_ = block.disturbed_ || is_disturbed(launch);
  }
  return block;
}

std::optional<Block> BlockSampler::launch_all(const Subject& subject, Stage stage, int number,
                                              std::span<const Arm> arms, const LaunchSink& sink) {
  std::vector<Arm> order(arms.begin(), arms.end());
  std::shuffle(order.begin(), order.end(), random_);
  const std::vector<Arm> mirrored(order.rbegin(), order.rend());
  order.insert(order.end(), mirrored.begin(), mirrored.end());
  std::uniform_int_distribution<int> padding(0, kMostPaddingBytes);
  Block block;
  std::array<std::size_t, kArms> done{};
  for (std::size_t position = 0; position < order.size(); ++position) {
    const auto arm = static_cast<std::size_t>(order[position]);
    Launch& launch = block.launches_[arm][done[arm]++];
    launch = launcher_.launch(subject, order[position], padding(random_));
    if (!sink({subject, stage, number, static_cast<int>(position), order[position], launch})) {
      return std::nullopt;
    }
    block.disturbed_ = block.disturbed_ || is_disturbed(launch);
  }
  return block;
}

}  // namespace woolly::gate
