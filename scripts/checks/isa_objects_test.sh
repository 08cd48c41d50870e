#!/usr/bin/env bash
# isa_objects.sh accepts an object of plain functions and names an inline one that would be shared.
#
# usage: isa_objects_test.sh COMPILER
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/test_support.sh"

given good.cpp 'namespace { int twice(int a) { return 2 * a; } }\nint f(int a) { return twice(a); }
inline int shared_data = 1;
int* g() { return &shared_data; }'
given bad.cpp 'inline __attribute__((noinline)) int twice(int a) { return 2 * a; }
int f(int a) { return twice(a); }'
for name in good bad; do
  "$1" -O2 -c "$scratch/$name.cpp" -o "$scratch/$name.o"
done

expect 0 '^$' "$here/isa_objects.sh" "$scratch/good.o"
expect 1 ' W twice\(int\)' "$here/isa_objects.sh" "$scratch/good.o" "$scratch/bad.o"
expect 1 'no such file|No such file' "$here/isa_objects.sh" "$scratch/none.o"
expect 2 'no objects given' "$here/isa_objects.sh"
finish
