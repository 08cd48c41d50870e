// Where the gate finds its arms and what it measures when the user does not say.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "ci/gate/options.h"
#include "ci/gate/progress.h"

namespace woolly::gate {

// --head, or the folder of the running program. Throws Error (usage) for no folder.
std::filesystem::path head_folder(const GateOptions& options);

// --base as a folder: itself, or the built programs of the git ref it names.
std::filesystem::path base_folder(const GateOptions& options, Progress& progress);

// What -m, --scenario and --micro name; with none of them a small synthetic model made by
// HEAD/woolly. Throws Error (usage) for a file that is missing and when there is nothing to
// measure.
std::vector<Subject> subjects_of(const GateOptions& options, const std::filesystem::path& head,
                                 Progress& progress);

// Throws Error (usage) naming the first of these models that is no file.
void require_models(const std::vector<std::string>& models);

}  // namespace woolly::gate
