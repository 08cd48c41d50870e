#!/usr/bin/env bash
# WOOLLY_LAYOUT_SEED on a small project: other addresses, the same behaviour, nothing compiled anew.
#
# usage: layout_seed_test.sh
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/checks/test_support.sh"
cd "$scratch"

given CMakeLists.txt "cmake_minimum_required(VERSION 3.25)
project(tiny LANGUAGES CXX)
include($here/cmake/woolly_targets.cmake)
woolly_library(parts SOURCES one.cpp two.cpp three.cpp four.cpp five.cpp)
woolly_executable(tiny SOURCES main.cpp LINK parts)"
calls=''
for name in one two three four five; do
  given "$name.cpp" "int $name() { return 1; }"
  declarations+="int $name(); "
  calls+="+ $name()"
done
given main.cpp "#include <cstdio>
${declarations}
int main() { std::printf(\"%d\\\\n\", 0 $calls); }"

# link_with SEED: builds; leaves the order of the functions, the objects' times and the program.
link_with() {
  cmake -G Ninja -B build -DWOOLLY_LAYOUT_SEED="$1" . >log && cmake --build build >>log
  nm -n build/bin/tiny | grep -oE '(one|two|three|four|five)v$' >"order.$1" || true
  nm build/bin/tiny | grep -E ' T _Z3onev$' >"place.$1"
  find build/CMakeFiles/parts.dir build/CMakeFiles/tiny.dir -name '*.o' -printf '%p %T@\n' |
    sort >"times.$1"
  cp build/bin/tiny "tiny.$1"
}

for seed in '' 1 2; do
  link_with "$seed"
  expect 0 '^5$' build/bin/tiny
  expect 0 '' cmp times. "times.$seed"
done
cp tiny. as_linked
cp tiny.1 first
expect 1 '' cmp place. place.1
expect 1 '' cmp place.1 place.2
expect 1 '' cmp order. order.1
link_with ''
expect 0 '' cmp as_linked tiny.
link_with 1
expect 0 '' cmp first tiny.1
finish
