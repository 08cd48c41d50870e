#include "engine/base/cpu_name.h"

#include <gtest/gtest.h>

#include "engine/base/file.h"
#include "engine/base/test_support.h"

namespace woolly {
namespace {

TEST(CpuName, IsOfTheFirstProcessor) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "x86",
                        "processor\t: 0\nvendor_id\t: AuthenticAMD\ncpu family\t: 25\nmodel\t\t: "
                        "17\nmodel name\t: AMD EPYC 9B14 \nstepping\t: 1\ncpu MHz\t: 3.0\n\n"
                        "processor\t: 1\nmodel name\t: Another\n");
  EXPECT_EQ(cpu_name(folder / "x86"), "AuthenticAMD, AMD EPYC 9B14, 25/17/1");
  write_file_atomically(folder / "arm",
                        "processor : 0\nCPU implementer : 0x41\nCPU part : 0xd40\n\n");
  EXPECT_EQ(cpu_name(folder / "arm"), "0x41, 0xd40");
}

TEST(CpuName, IsUnknownWithoutFields) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "odd", ":\n:::\nmodel name\n\n\nmodel name:\n");
  EXPECT_EQ(cpu_name(folder / "odd"), "unknown");
  EXPECT_EQ(cpu_name(folder / "none"), "unknown");
  EXPECT_NE(cpu_name(), "unknown");
}

}  // namespace
}  // namespace woolly
