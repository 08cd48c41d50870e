// What must be the same for two results to be comparable, and what is recorded beside it.
#pragma once

#include <string>
#include <vector>

#include "baselines/samples/samples.h"

namespace woolly::samples {

// How a field is treated when two environments are compared.
enum class FieldRole {
  kContract,  // must be equal: another CPU, kernel, compiler, page mode, flag ...
  kSubject,   // what a comparison is about: commit, dirty flag, version, binary
  kNote,      // recorded, never compared: load average, steal time, frequencies now
};

// What a field describes: the host, what was built, or this one run.
enum class FieldGroup { kMachine, kBuild, kRun };

struct FieldInfo {
  std::string_view name;
  FieldRole role;
  std::string_view meaning;  // one line, for schema.md and for messages
  FieldGroup group = FieldGroup::kRun;
};

// Every field with a meaning of its own: those collect_environment() sets, then those producers
// pass as `run_fields`; in the order of documents.
std::vector<FieldInfo> environment_fields();

// Role and group of any field. A name that is in no list is a contract field of the run, because a
// producer that passes it says so; a name that starts with "note." is a note.
FieldInfo field_info(std::string_view name);

// Reads this machine and this build. `run_fields` are added as they are: the producer's own
// contract fields (isa, model_hash, threads, "opt.gemm" ...); every name that starts with "opt." is
// contract. What the host does not show reads "unknown", so that it is equal on both sides of a
// comparison.
Environment collect_environment(const Environment& run_fields);

struct Difference {
  std::string field;
  std::string left;
  std::string right;
};

// Contract fields in which the two differ (a field missing on one side differs too).
std::vector<Difference> contract_differences(const Environment& left, const Environment& right);

// 16 hex digits over the contract fields that describe the machine (not the build, not the run).
std::string machine_id(const Environment& environment);

// CPU time that the hypervisor gave to others, in seconds summed over all CPUs since boot; 0 where
// it is not told. A producer passes the difference over its run as the field "steal".
double steal_seconds();

}  // namespace woolly::samples
