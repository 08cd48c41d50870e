#include "baselines/samples/environment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace woolly::samples {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;
using testing::MatchesRegex;

const Environment kHost{{"cpu_model", "A"}, {"kernel", "Linux 6.1"}, {"flags", "-O2"},
                        {"commit", "c1"},   {"dirty", "false"},      {"load_avg", "0.1"},
                        {"isa", "avx2"}};

TEST(Environment, FieldsAreNamedOnceAndDescribed) {
  std::set<std::string_view> names;
  for (const FieldInfo& field : environment_fields()) {
    EXPECT_TRUE(names.insert(field.name).second) << field.name;
    EXPECT_FALSE(field.meaning.empty()) << field.name;
    // The store keeps one set of machine fields per machine_id, which is made of contract fields
    // only.
    EXPECT_TRUE(field.group != FieldGroup::kMachine || field.role == FieldRole::kContract)
        << field.name;
    EXPECT_EQ(field_info(field.name).role, field.role);
  }
}

TEST(Environment, CollectSetsEveryFieldOfMachineAndBuild) {
  const Environment environment = collect_environment({});
  for (const FieldInfo& field : environment_fields()) {
    if (field.group == FieldGroup::kRun) continue;
    EXPECT_TRUE(environment.contains(std::string(field.name))) << field.name;
  }
  for (const auto& [name, value] : environment) {
    EXPECT_FALSE(value.empty() && name != "flags") << name;
    EXPECT_NE(field_info(name).meaning, "set by the producer") << name << " is in no list";
  }
}

TEST(Environment, TwoCollectionsOnOneHostAreComparable) {
  const Environment first = collect_environment({{"isa", "avx2"}, {"opt.gemm", "blas"}});
  const Environment second = collect_environment({{"isa", "avx2"}, {"opt.gemm", "blas"}});
  EXPECT_THAT(contract_differences(first, second), IsEmpty());
  EXPECT_EQ(machine_id(first), machine_id(second));
}

TEST(Environment, RunFieldsWinAndAreKept) {
  const Environment environment = collect_environment({{"opt.gemm", "blas"}, {"steal", "0.25"}});
  EXPECT_EQ(environment.at("opt.gemm"), "blas");
  EXPECT_EQ(environment.at("steal"), "0.25");
}

TEST(Environment, ContractDifferencesAreNamed) {
  Environment other = kHost;
  other["kernel"] = "Linux 6.2";
  other.erase("isa");
  other["opt.gemm"] = "packed";
  const auto differences = contract_differences(kHost, other);
  EXPECT_THAT(differences,
              ElementsAre(Field(&Difference::field, "isa"), Field(&Difference::field, "kernel"),
                          Field(&Difference::field, "opt.gemm")));
  EXPECT_EQ(differences[0].right, "(missing)");
  EXPECT_EQ(differences[1].left, "Linux 6.1");
  EXPECT_EQ(differences[1].right, "Linux 6.2");
}

TEST(Environment, SubjectsAndNotesMayDiffer) {
  Environment other = kHost;
  other["commit"] = "c2";
  other["dirty"] = "true";
  other["load_avg"] = "9";
  other["note.host_name"] = "elsewhere";
  EXPECT_THAT(contract_differences(kHost, other), IsEmpty());
}

TEST(Environment, MachineIdIsAboutTheMachineOnly) {
  const std::string id = machine_id(kHost);
  EXPECT_THAT(id, MatchesRegex("[0-9a-f]{16}"));
  Environment other = kHost;
  other["flags"] = "-O3";
  other["isa"] = "generic";
  other["load_avg"] = "3";
  EXPECT_EQ(machine_id(other), id);
  other["kernel"] = "Linux 6.2";
  EXPECT_NE(machine_id(other), id);
}

TEST(Environment, MachineIdKeepsValuesApart) {
  EXPECT_NE(machine_id({{"cpu_model", "ab"}, {"kernel", "c"}}),
            machine_id({{"cpu_model", "a"}, {"kernel", "bc"}}));
}

TEST(Environment, StealNeverRunsBackwards) {
  const double before = steal_seconds();
  EXPECT_GE(before, 0);
  EXPECT_GE(steal_seconds(), before);
}

}  // namespace
}  // namespace woolly::samples
