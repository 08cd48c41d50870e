#include "ci/gate/imported.h"

#include <fmt/format.h>

#include <algorithm>

#include <woolly/error.h>

#include "baselines/import/import.h"
#include "baselines/samples/environment.h"
#include "baselines/samples/timestamp.h"
#include "engine/base/file.h"

namespace woolly::gate {
namespace {

bool names_a_machine(const samples::Record& record) {
  return std::any_of(record.environment.begin(), record.environment.end(), [](const auto& field) {
    const samples::FieldInfo info = samples::field_info(field.first);
    return info.group == samples::FieldGroup::kMachine &&
           info.role == samples::FieldRole::kContract;
  });
}

}  // namespace

samples::Record imported_record(const std::string& option, const std::string& file,
                                std::optional<bool> higher_is_better, Outcome& outcome) {
  const std::string name = option + " " + file;
  import::Imported imported = import::import_text(
      read_file(file), {name, samples::utc_now(), higher_is_better}, std::nullopt);
  for (const std::string& warning : imported.warnings) {
    outcome.notes.push_back(fmt::format("{}: {}", name, warning));
  }
  if (imported.runs.size() > 1) {
    throw_usage(fmt::format("{}: holds {} runs, one is needed", name, imported.runs.size()),
                "`woolly db import` stores them all, `woolly gate --baseline NAME --run ID` judges "
                "any of them");
  }
  return std::move(imported.runs.front().record);
}

void note_unknown_machine(const samples::Record& base, const samples::Record& head,
                          Outcome& outcome) {
  if (names_a_machine(base) && names_a_machine(head)) return;
  outcome.notes.push_back(
      "the files do not say on which machine they were measured: that it was one is taken on "
      "trust");
}

}  // namespace woolly::gate
