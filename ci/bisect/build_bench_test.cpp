#include "ci/bisect/build_bench.h"

#include <gtest/gtest.h>

#include "ci/gate/fake_launcher.h"

namespace woolly::bisect {
namespace {

class FakeBuilds : public Builds {
 public:
  int launchers = 0;
  int launches = 0;
  bool crashes = false;

  bool is_built(std::size_t commit) const override { return commit == 1; }
  Attempt build(std::size_t) override { return {}; }
  std::unique_ptr<gate::Launcher> launcher(std::size_t) override {
    ++launchers;
    auto launcher = std::make_unique<gate::test::FakeLauncher>(gate::test::Noise{}, 1);
    launcher->tamper = [this](gate::Arm, int, gate::Launch& launch) {
      ++launches;
      if (crashes) launch.failure = "crashed";
    };
    return launcher;
  }
  void clean_up() override {}
};

TEST(BuildBench, WarmsUpOnceACommit) {
  FakeBuilds builds;
  const Benchmark benchmark{"fake", {"fake", "woolly-bench", {}}, {"", "decode_tps"}, {}};
  BuildBench bench(builds, benchmark, 1);
  EXPECT_TRUE(bench.is_built(1));
  EXPECT_FALSE(bench.is_built(2));
  EXPECT_EQ(bench.measure(1).end, Attempt::End::kDone);
  EXPECT_EQ(builds.launches, 2 + 4);
  EXPECT_EQ(bench.measure(1).end, Attempt::End::kDone);
  EXPECT_EQ(builds.launches, 2 + 4 + 4);
  EXPECT_EQ(builds.launchers, 1);
  builds.crashes = true;
  EXPECT_EQ(bench.measure(2).end, Attempt::End::kFailed);
  EXPECT_GE(bench.now_s(), 0);
}

}  // namespace
}  // namespace woolly::bisect
