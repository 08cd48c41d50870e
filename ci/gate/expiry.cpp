#include "ci/gate/expiry.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "baselines/samples/environment.h"

namespace woolly::gate {
namespace {

std::string cpu_of(const samples::Environment& environment) {
  const auto it = environment.find("cpu_model");
  return it == environment.end() ? "" : it->second;
}

samples::Environment machine_fields(const samples::Environment& environment) {
  samples::Environment fields = environment;
  std::erase_if(fields, [](const auto& field) {
    return samples::field_info(field.first).group != samples::FieldGroup::kMachine;
  });
  return fields;
}

}  // namespace

std::optional<std::string> expired_calibration(const store::Store& store,
                                               const samples::Environment& environment) {
  const samples::Environment now = machine_fields(environment);
  const std::string id = samples::machine_id(now);
  const auto machines = store.calibrated_machines();
  const auto is_this = [&](const auto& machine) { return machine.machine_id == id; };
  if (std::any_of(machines.begin(), machines.end(), is_this)) return std::nullopt;
  const auto earlier = std::find_if(machines.begin(), machines.end(), [&](const auto& machine) {
    return !cpu_of(machine.fields).empty() && cpu_of(machine.fields) == cpu_of(now);
  });
  if (earlier == machines.end()) return std::nullopt;
  std::vector<std::string> changes;
  for (const auto& difference : samples::contract_differences(earlier->fields, now)) {
    changes.push_back(
        fmt::format("{} was {}, is {}", difference.field, difference.left, difference.right));
  }
  return fmt::format(
      "the calibration of {} has expired and is not used: {}; `woolly gate calibrate` makes a new "
      "one",
      earlier->last_recorded_at.substr(0, 10), fmt::join(changes, ", "));
}

}  // namespace woolly::gate
