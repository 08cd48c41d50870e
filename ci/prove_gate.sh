#!/usr/bin/env bash
# Proves the gate on this machine with the real programs: N gates of a build against itself, and N
# against the same build with 10 % injected. Prints how often each exit code came.
#
# usage: prove_gate.sh BIN_FOLDER [N] [GATE_OPTION ...]
#
#   BIN_FOLDER    programs of a build with -DWOOLLY_TEST_HOOKS=ON (the dev preset, or
#                 cmake --preset release -DWOOLLY_TEST_HOOKS=ON -B build/release-hooks)
#   N             gates of each kind [20]
#   GATE_OPTION   passed on to every gate: --budget 5m, -m model.gguf ... (default: the gate's own)
#
# Succeeds when every identical pair gave 0 and every slowed one gave 1.
set -euo pipefail
if [[ $# -lt 1 || $1 == -h || $1 == --help ]]; then
  sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"
  exit 2
fi
bin=$(cd "$1" && pwd)
count=${2:-20}
shift $(($# > 1 ? 2 : 1))

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/slow"
for program in woolly-bench woolly-micro; do
  [[ -x $bin/$program ]] || continue
  printf '#!/bin/sh\nWOOLLY_TEST_SLOWDOWN_PCT=10 exec "%s" "$@"\n' "$bin/$program" \
    >"$work/slow/$program"
  chmod +x "$work/slow/$program"
done
if [[ -x $bin/woolly ]]; then ln -s "$bin/woolly" "$work/slow/woolly"; fi

# gates NAME HEAD EXPECTED [OPTION ...]: prints the counts; fails unless all were EXPECTED.
gates() {
  local name=$1 head=$2 expected=$3 i code
  local -A seen=()
  shift 3
  for ((i = 1; i <= count; i++)); do
    code=0
    "$bin/woolly-gate" --base "$bin" --head "$head" --db "$work/woolly.db" "$@" \
      >"$work/gate.txt" 2>"$work/gate.err" || code=$?
    seen[$code]=$((${seen[$code]:-0} + 1))
    printf '%s %d of %d: exit %d: %s\n' "$name" "$i" "$count" "$code" \
      "$(tail -n 1 "$work/gate.txt")"
    if [[ $code != "$expected" ]]; then cat "$work/gate.txt" "$work/gate.err"; fi
  done
  for code in "${!seen[@]}"; do
    summary+=$(printf '%-24s exit %s: %d of %d' "$name" "$code" "${seen[$code]}" "$count")$'\n'
  done
  [[ ${seen[$expected]:-0} == "$count" ]]
}

summary=
failed=0
gates "identical build" "$bin" 0 "$@" || failed=1
gates "10 % slower" "$work/slow" 1 "$@" || failed=1
printf '\n%s' "$summary"
exit "$failed"
