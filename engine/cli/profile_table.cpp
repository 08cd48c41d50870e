#include "engine/cli/profile_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <vector>

#include "engine/cli/aligned_table.h"

namespace woolly::cli {
namespace {

// An operation over all its layers.
struct Row {
  std::string operation;
  double seconds = 0;
  double bytes = 0;
  double flops = 0;
  double fastest_s = 0;  // layer
  double slowest_s = 0;
};

struct Stage {
  std::string name;
  std::int64_t passes = 0;
  double seconds = 0;
  std::vector<Row> rows;
};

template <typename T>
T& find_or_add(std::vector<T>& list, std::string T::*key, const std::string& value) {
  const auto found =
      std::find_if(list.begin(), list.end(), [&](const T& item) { return item.*key == value; });
  if (found != list.end()) return *found;
  list.emplace_back().*key = value;
  return list.back();
}

std::vector<Stage> stages_of(const ProfileEntries& entries) {
  std::vector<Stage> stages;
  for (const ProfileEntry& e : merged(entries)) {
    Stage& stage = find_or_add(stages, &Stage::name, e.stage);
    Row& row = find_or_add(stage.rows, &Row::operation, e.operation);
    const bool first = row.seconds == 0;
    stage.seconds += e.seconds;
    stage.passes = std::max(stage.passes, e.passes);
    row.seconds += e.seconds;
    row.bytes += e.bytes;
    row.flops += e.flops;
    row.fastest_s = first ? e.seconds : std::min(row.fastest_s, e.seconds);
    row.slowest_s = std::max(row.slowest_s, e.seconds);
  }
  return stages;
}

std::string rate(double amount, double seconds) {
  return amount > 0 && seconds > 0 ? fmt::format("{:.1f}", amount / seconds * 1e-9) : "";
}

std::string layers_text(const Row& row, double passes) {
  if (row.slowest_s <= row.fastest_s) return "";
  return fmt::format("{:.1f} .. {:.1f}", row.fastest_s / passes * 1e6,
                     row.slowest_s / passes * 1e6);
}

}  // namespace

ProfileEntries merged(const ProfileEntries& entries) {
  ProfileEntries result;
  std::map<std::tuple<std::string, std::string, int>, std::size_t> places;
  for (const ProfileEntry& e : entries) {
    const auto [place, added] = places.try_emplace({e.stage, e.operation, e.layer}, result.size());
    if (added) {
      result.push_back(e);
      continue;
    }
    ProfileEntry& sum = result[place->second];
    sum.passes += e.passes;
    sum.seconds += e.seconds;
    sum.bytes += e.bytes;
    sum.flops += e.flops;
  }
  return result;
}

std::string profile_table(const ProfileEntries& entries, double read_gbps) {
  std::string text;
  for (const Stage& stage : stages_of(entries)) {
    const auto passes = static_cast<double>(std::max<std::int64_t>(stage.passes, 1));
    std::vector<std::vector<std::string>> rows{
        {stage.name, "us/pass", "share", "GB/s", "GFLOP/s", "of the roof", "us in a layer"}};
    const auto add = [&](const Row& row) {
      const double gbps = row.seconds > 0 ? row.bytes / row.seconds * 1e-9 : 0;
      rows.push_back({row.operation, fmt::format("{:.1f}", row.seconds / passes * 1e6),
                      fmt::format("{:.1f} %", row.seconds / stage.seconds * 100),
                      rate(row.bytes, row.seconds), rate(row.flops, row.seconds),
                      gbps > 0 && read_gbps > 0 ? fmt::format("{:.2f}", gbps / read_gbps) : "",
                      layers_text(row, passes)});
    };
    Row total{"all", stage.seconds, 0, 0, 0, 0};
    for (const Row& row : stage.rows) {
      add(row);
      total.bytes += row.bytes;
      total.flops += row.flops;
    }
    add(total);
    text += fmt::format("{}{}", text.empty() ? "" : "\n",
                        aligned_table(rows, {false, true, true, true, true, true, true}));
    text += fmt::format("{} passes, {:.3f} s\n", stage.passes, stage.seconds);
  }
  return text;
}

}  // namespace woolly::cli
