#include "ci/bisect/bisect_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <ostream>
#include <random>

#include "baselines/samples/environment.h"
#include "ci/bisect/build_bench.h"
#include "ci/bisect/commits.h"
#include "ci/bisect/render.h"
#include "ci/gate/base_build.h"
#include "ci/gate/metrics.h"
#include "engine/base/file.h"
#include "engine/base/process.h"

namespace woolly::bisect {
namespace {

namespace fs = std::filesystem;

// Everything that makes one block comparable with another.
std::string question_of(const BisectOptions& options, const Benchmark& benchmark,
                        const std::vector<Commit>& commits) {
  return fmt::format("good {}\nbad {}\n{} {}\n{} {}\nbuild {}\nrun {}\nmachine {}",
                     commits.front().hash, commits.back().hash, benchmark.name,
                     benchmark.series.metric, benchmark.subject.program,
                     fmt::join(benchmark.subject.arguments, " "), options.build,
                     options.benchmark.run, samples::machine_id(samples::collect_environment({})));
}

State state_to_go_on_from(const BisectOptions& options, const StateFile& file, std::size_t commits,
                          gate::Progress& progress) {
  if (options.restart) file.forget();
  const auto state = file.load(commits);
  if (!state) return {};
  progress.say(fmt::format("going on from {} blocks of an earlier run; --restart forgets them",
                           state->blocks.size()));
  return *state;
}

// In a project that does not ignore build/, this folder ignores itself.
void make_cache(const fs::path& cache) {
  std::error_code error;
  fs::create_directories(cache, error);
  if (error) throw_usage(fmt::format("{}: cannot be made: {}", cache.string(), error.message()));
  if (!fs::exists(cache / ".gitignore")) write_file_atomically(cache / ".gitignore", "*\n");
}

std::uint64_t seed_of(const BisectOptions& options) {
  if (options.seed) return *options.seed;
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

// Trees stay for a search that can be gone on with.
bool is_over(Ending ending) { return ending == Ending::kFound || ending == Ending::kNoDifference; }

}  // namespace

ExitCode bisect(const BisectOptions& options, const fs::path& folder, gate::Console& console) {
  if (!options.build.empty() && options.benchmark.run.empty()) {
    throw_usage("--build needs --run, the command to measure",
                "Woolly's own programs are built by themselves");
  }
  const Benchmark benchmark = benchmark_of(options.benchmark);
  const fs::path checkout = gate::checkout_of(folder);
  const std::vector<Commit> commits = commits_between(checkout, options.good, options.bad);
  const std::size_t count = commits.size() - 1;
  const fs::path cache = checkout / "build" / "gate";
  make_cache(cache);
  const StateFile file(cache, question_of(options, benchmark, commits));
  const InterruptGuard guard;
  const std::unique_ptr<Builds> builds =
      options.benchmark.run.empty()
          ? preset_builds(checkout, commits, console.progress)
          : tree_builds(checkout, commits, options.build, options.benchmark.run, benchmark,
                        console.progress);
  BuildBench bench(*builds, benchmark, seed_of(options));

  Report report;
  report.answer = search(
      count, bench, state_to_go_on_from(options, file, count, console.progress), options.search,
      [&file](const State& state) { file.save(state); }, console.progress);
  if (is_over(report.answer.ending) && !options.keep_trees) builds->clean_up();
  report.commits = commits;
  report.benchmark = benchmark.name;
  report.metric = benchmark.series.metric;
  report.sign = gate::worse_sign(
      report.metric, benchmark.command_metric ? benchmark.command_metric->unit : std::string());
  report.confidence = options.search.confidence;
  report.resume = file.path().string();
  console.out << (options.json ? render_json(report).dump(1) + "\n"
                               : render_text(report, console.color));
  return report.answer.ending == Ending::kFound ? ExitCode::kOk : ExitCode::kInconclusive;
}

}  // namespace woolly::bisect
