#!/usr/bin/env bash
# source_files.sh finds each kind of misshapen file, and the tests that are missing.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/test_support.sh"
check=$here/source_files.sh
hundred=$(printf 'x%.0s' {1..100})
lines_600=$(printf 'int a;\\n%.0s' {1..599})

# tree: the least that a checkout has.
tree() {
  forget
  given scripts/run '#!/usr/bin/env bash'
  given scripts/checks/untested_sources.txt '# none'
  mkdir -p "$scratch/.ci" "$scratch/ci"
}

tree
given a.h "// $hundred"
expect 1 '^a\.h:1: 103 columns: the limit is 100$' "$check" "$scratch"
tree
given a.h "${hundred:3}äöü"
expect 0 ' 0 broken rules$' "$check" "$scratch"
tree
given a.h "// https://example.org/$hundred"
expect 0 ' 0 broken rules$' "$check" "$scratch"
tree
given a.js '\tlet a;'
expect 1 '^a\.js:1: a tab' "$check" "$scratch"
tree
given a.h 'int a; '
expect 1 '^a\.h:1: a blank at the end' "$check" "$scratch"
tree
given a.h "${lines_600}int a;"
expect 0 ' 0 broken rules$' "$check" "$scratch"
tree
given a.h "${lines_600}int a;\nint a;"
expect 1 '^a\.h:601: 601 lines: split it' "$check" "$scratch"
tree
given kernels.inc "${lines_600}int a;\nint a;"
expect 0 ' 0 broken rules$' "$check" "$scratch"
tree
given a.h "namespace x {\nint f() {\n${lines_600:0:560}}\n}"
expect 0 ' 0 broken rules$' "$check" "$scratch"
given a.h "namespace x {\nint f(\n    int b) {\n${lines_600:0:568}}\n}"
expect 1 '^a\.h:3: a function of 71 lines' "$check" "$scratch"
given a.h "auto f() {\nreturn R\"x(\n${lines_600:0:568})x\";\n}"
expect 0 ' 0 broken rules$' "$check" "$scratch"
tree
given a.h "auto a = R\"($hundred)\";"
expect 0 ' 0 broken rules$' "$check" "$scratch"
given a.h "auto a = R\"(\n)\";\n// $hundred"
expect 1 '^a\.h:3: 103 columns' "$check" "$scratch"
given a.h "constexpr int a[] = {\n${lines_600:0:568}};"
expect 0 ' 0 broken rules$' "$check" "$scratch"
tree
given engine/a.cpp 'int a;'
expect 1 '^engine/a\.cpp:1: no engine/a_test\.cpp beside it' "$check" "$scratch"
given engine/a_test.cpp 'int a;'
expect 0 ' 0 broken rules$' "$check" "$scratch"
tree
given engine/a.cpp 'int a;'
given scripts/checks/untested_sources.txt 'engine/a\\.cpp  # a constant'
expect 0 ' 0 broken rules$' "$check" "$scratch"
given scripts/checks/untested_sources.txt 'engine/a\\.cpp'
expect 1 'an exception needs a reason: engine/a' "$check" "$scratch"
given scripts/checks/untested_sources.txt '.*\\.cpp  # all\nengine/b\\.cpp  # gone'
expect 1 'no file needs the exception engine/b' "$check" "$scratch"
tree
given engine/kernels/rope/avx2.cpp 'int a;'
expect 1 'no engine/kernels/rope/avx2_test\.cpp' "$check" "$scratch"
given engine/kernels/rope/rope_test.cpp 'int a;'
expect 0 ' 0 broken rules$' "$check" "$scratch"
tree
given build/a.cpp 'not ours'
given reports/node_modules/b.js "$hundred$hundred"
expect 0 '^1 files, 0 broken rules$' "$check" "$scratch"
finish
