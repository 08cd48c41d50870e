#!/usr/bin/env bash
# junit_summary.awk on files as ctest writes them: the counts, and the reason of each skip.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/checks/test_support.sh"

# junit TESTS CASES
junit() {
  given junit.xml "<?xml version=\"1.0\"?>\n<testsuite\n\ttests=\"$1\"\n\t>\n$2</testsuite>"
}

# case_of NAME STATUS OUTPUT
case_of() {
  printf '\\t<testcase name="%s" time="0.1" status="%s">\\n' "$1" "$2"
  printf '\\t\\t<system-out>%s</system-out>\\n\\t</testcase>\\n' "$3"
}

summary() {
  awk -f "$here/junit_summary.awk" "$scratch/junit.xml"
}

gtest_skip='[ RUN      ] A.b\n/x/a_test.cpp:7: Skipped\n../shared/data has no &quot;x&quot;\n'
gtest_skip+='[  SKIPPED ] A.b (0 ms)\n[  PASSED  ] 0 tests.\n'
junit 5 "$(
  case_of A.a run ok
  case_of A.b notrun "$gtest_skip"
  case_of A.c notrun "$gtest_skip"
  case_of checks.x notrun 'first line\nthe tool is not installed\n'
  case_of A.d fail no
)"
expect 0 '^1 passed, 1 failed, 3 skipped$' summary
expect 0 '^  failed: A\.d$' summary
expect 0 '^  skipped: 2 tests, among them A\.c: \.\./shared/data has no "x"$' summary
expect 0 '^  skipped: checks\.x: the tool is not installed$' summary

junit 2 "$(case_of A.a run ok)"
expect 1 'do not add up to the 2 tests' summary
junit 0 ''
expect 1 'do not add up' summary
finish
