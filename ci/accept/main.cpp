// woolly-accept: a regression that someone answers for. `woolly accept` runs it.
#include <iostream>

#include "ci/accept/accept_command.h"
#include "ci/gate/options.h"
#include "engine/cli/command.h"

namespace {

constexpr const char* kExamples =
    "  woolly accept matmul/Q4_K/avx2/m1_n4096_k4096 --reason \"checks every index now\" \\\n"
    "      --until 2026-12-31 --metric time_ns --at-most 6%\n"
    "  woolly accept --list\n"
    "  woolly accept --revoke 3\n";

}  // namespace

int main(int argc, char** argv) {
  using namespace woolly;
  const auto app =
      cli::make_app("woolly-accept",
                    "Accepts a regression until a day: gates show it and do not fail.", kExamples);
  accept::AcceptOptions options;
  std::string at_most;
  app->add_option("BENCHMARK", options.benchmark, "Its name, as in the gate's table");
  app->add_option("--reason", options.reason, "Why it is worth it; who asks later reads this");
  app->add_option("--until", options.until, "Last day, UTC: 2026-12-31");
  app->add_option("--metric", options.metric, "Only this metric of the benchmark [all]");
  app->add_option("--at-most", at_most, "Only changes up to this: 5% or 0.05 [any]");
  app->add_flag("--list", options.list, "Print all acceptances that ever were");
  app->add_flag("--json", options.json, "With --list: JSON");
  app->add_option("--revoke", options.revoke, "End the acceptance of this number; it stays listed");
  app->add_option("--db", options.database, "Database file")->capture_default_str();
  return cli::run_app(*app, argc, argv, [&] {
    if (!at_most.empty()) options.at_most = gate::parse_relative("--at-most", at_most);
    accept::run(options, std::cout);
    return 0;
  });
}
