#!/usr/bin/env bash
# Proves the bisect on this machine: N times it makes a git repository of 64 commits of a small
# compiled program that gets 4 % slower at one of them, chosen at random, and looks for that one
# with `woolly bisect`: wall time, under whatever noise there is. Every commit moves code and data,
# so each has its own luck of layout; some do not compile. Prints how often the right one was named.
#
# usage: prove_bisect.sh BIN_FOLDER [N] [BISECT_OPTION ...]
#
#   BIN_FOLDER      with woolly-bisect (any preset)
#   N               searches [10]
#   BISECT_OPTION   passed on to every bisect: --budget 5m, --confidence 0.99 ...
#
# COMMITS, SLOWDOWN_PERMILLE and LOOPS in the environment change 64, 40 and the program's loops
# (some 30 ms). Succeeds when at least nine of ten were right.
set -euo pipefail
if [[ $# -lt 1 || $1 == -h || $1 == --help ]]; then
  sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"
  exit 2
fi
bin=$(cd "$1" && pwd)
count=${2:-10}
shift $(($# > 1 ? 2 : 1))
commits=${COMMITS:-64}
permille=${SLOWDOWN_PERMILLE:-40}
loops=${LOOPS:-25000000}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export GIT_AUTHOR_NAME=Prover GIT_AUTHOR_EMAIL=prover@example.org
export GIT_COMMITTER_NAME=$GIT_AUTHOR_NAME GIT_COMMITTER_EMAIL=$GIT_AUTHOR_EMAIL

# program LOOPS NUMBER: a chain of multiplications, and unrelated code of a size of its own.
program() {
  local i
  for ((i = 0; i <= $2 % 7; i++)); do
    printf 'int unrelated_%d_%d(int x) { return x * %d + %d; }\n' "$2" "$i" "$((3 + i))" "$2"
  done
  cat <<CODE
#include <stdint.h>
#include <stdio.h>
static const char padding[$((64 + $2 * 37 % 512))] = "commit $2";
int main(void) {
  uint64_t x = (uint64_t)padding[0];
  for (long i = 0; i < $1; ++i) x = x * 6364136223846793005u + (x >> 33);
  printf("%llu\n", (unsigned long long)x);
  return 0;
}
CODE
}

# repository FOLDER CULPRIT
repository() {
  local i n
  git init -q -b main "$1"
  for ((i = 0; i <= commits; i++)); do
    n=$loops
    if ((i >= $2)); then n=$((loops + loops * permille / 1000)); fi
    program "$n" "$i" >"$1/work.c"
    # Every thirteenth does not compile, except where the search would have to name a range.
    if ((i % 13 == 5 && i != $2 && i + 1 != $2 && i != commits)); then
      printf 'broken\n' >>"$1/work.c"
    fi
    git -C "$1" add work.c
    git -C "$1" commit -q -m "change $i"
  done
}

right=0
started=$(date +%s)
for ((run = 1; run <= count; run++)); do
  culprit=$((1 + RANDOM % commits))
  rm -rf "$work/repo"
  repository "$work/repo" "$culprit"
  code=0
  (cd "$work/repo" && "$bin/woolly-bisect" --good "HEAD~$commits" --bad HEAD \
    --build 'cc -O2 -o work work.c' --run ./work "$@" >"$work/answer.txt" 2>"$work/progress.txt") ||
    code=$?
  expected=$(git -C "$work/repo" rev-parse --short=12 "HEAD~$((commits - culprit))")
  verdict=wrong
  if [[ $code == 3 ]]; then verdict='not named'; fi
  if [[ $code == 0 && $(head -n 1 "$work/answer.txt") == *" $expected "* ]]; then
    verdict=right
    right=$((right + 1))
  fi
  printf '%d of %d: change %d is %s, %s (exit %d)\n' "$run" "$count" "$culprit" "$expected" \
    "$verdict" "$code"
  sed 's/^/    /' "$work/answer.txt"
  if [[ $code != 0 ]]; then tail -n 3 "$work/progress.txt" | sed 's/^/    /'; fi
done
printf '\nright: %d of %d in %d s\n' "$right" "$count" "$(($(date +%s) - started))"
((right * 10 >= count * 9))
