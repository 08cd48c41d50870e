#!/usr/bin/env bash
# Checks objects compiled for one instruction set: they define no weak function. Weak is how a
# compiler marks an inline function; the linker keeps any one copy of it, and a copy made with
# -mavx512f crashes the machines that the portable callers of the same function run on.
#
# usage: isa_objects.sh OBJECT...
set -euo pipefail

[[ $# -gt 0 ]] || { echo "isa_objects.sh: no objects given" >&2 && exit 2; }

broken=0
for object in "$@"; do
  symbols=$(nm --defined-only --demangle "$object")
  weak=$(awk '$2 == "W"' <<<"$symbols")
  if [[ -n $weak ]]; then
    printf '%s: defines inline functions that other objects may share:\n%s\n' "$object" "$weak"
    broken=1
  fi
done
exit "$broken"
