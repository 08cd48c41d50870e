// Results of another time against results of now: what is left when base cannot be run again.
#pragma once

#include <string>
#include <vector>

#include "baselines/samples/samples.h"
#include "ci/gate/launcher.h"
#include "ci/gate/outcome.h"
#include "ci/gate/paired_gate.h"
#include "ci/gate/progress.h"

namespace woolly::gate {

// With five stored samples, 12 launches make the smallest p 1/6188: enough for eight series.
inline constexpr int kHeadLaunches = 12;

// One launch after the other of head, until each subject has kHeadLaunches or the budget is used.
// The record has the environment of the first launch and a sample per launch. Failures and an
// interrupt go to `outcome`.
samples::Record measure_head(Launcher& launcher, const PairedPlan& plan, Progress& progress,
                             Outcome& outcome);

// Judges the samples of head against those of base, adding to `outcome`. When the environments
// differ in a contract field nothing is judged: outcome.comparable is false, the notes name them.
void compare_records(const samples::Record& base, const samples::Record& head,
                     const PairedPlan& plan, Outcome& outcome);

// Launches that repeat stored end-to-end benchmarks: for each size ("pp512_tg128_d0") in the record
// one subject, of those `models` that were measured in it. Throws Error (usage) for a model of
// which the record has nothing, naming what it has.
std::vector<Subject> subjects_of_record(const samples::Record& record,
                                        const std::vector<std::string>& models);

// What of a record is of the given models, or matches the regular expression of `woolly micro`.
samples::Record only_models(const samples::Record& record, const std::vector<std::string>& models);
samples::Record only_matching(const samples::Record& record, const std::string& filter);

}  // namespace woolly::gate
