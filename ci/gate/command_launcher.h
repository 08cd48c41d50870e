// Any two commands as the arms of a gate: a launch is one run of a shell command.
#pragma once

#include <filesystem>
#include <optional>
#include <regex>
#include <string>
#include <vector>

#include "ci/gate/launcher.h"

namespace woolly::gate {

// What of a run is measured. Metrics are named so that samples::higher_is_better can tell which way
// is better: "wall_ms", "max_rss_bytes", and for a pattern "cost:PATTERN" or "score:PATTERN".
struct CommandMetric {
  enum class Kind { kWall, kRss, kPattern };
  Kind kind = Kind::kWall;
  std::string name = "wall_ms";
  std::string unit = "ms";
  std::regex pattern = {};  // ECMAScript; the value is the first group, or the whole match
};

// "wall", "rss" or "regex:PATTERN". Throws Error (usage) for anything else.
CommandMetric parse_command_metric(const std::string& text, bool higher_is_better);

// The numbers that `pattern` finds in lines of `text`, in order. Lines longer than
// kLongestMatchedLine bytes are not looked at: the library's matcher recurses by character.
// Throws Error (benchmark failed) when a match is no finite number.
std::vector<double> values_in(const std::string& text, const std::regex& pattern);

inline constexpr std::size_t kLongestMatchedLine = 4096;

struct Commands {
  std::string a;  // base
  std::string b;  // head
  std::string benchmark = "command";
  std::vector<CommandMetric> metrics;
  std::filesystem::path a_folder = {};  // where it runs; empty: the current folder
  std::filesystem::path b_folder = {};
};

// Runs `sh -c COMMAND` in its folder, stdin empty. A command that fails, or in whose output
// a pattern finds nothing, is a failure of the launch that quotes the last lines of its output.
class CommandLauncher : public Launcher {
 public:
  // Throws Error (usage) for a name or pattern that cannot be stored, and for a metric given twice.
  explicit CommandLauncher(Commands commands);

  // A pattern that matches several times gives several samples, of which the gate takes the median.
  Launch launch(const Subject& subject, Arm arm, int padding_bytes) override;
  // A command does not know how to take turns: not to be called.
  std::vector<Launch> launch_in_turns(const Subject& subject, std::span<const Start> starts,
                                      std::uint64_t seed) override;
  double now_s() const override;

 private:
  Commands commands_;
  samples::Environment environment_;
};

}  // namespace woolly::gate
