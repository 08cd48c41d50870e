#!/usr/bin/env bash
# What a CI job does with the gate: finds the commit that HEAD is compared with, gates, and leaves
# gate.md, gate.xml (JUnit), gate.sarif, gate.prom (OpenMetrics), woolly.db and report.html in the
# current folder. Ends with the gate's exit code.
#
# usage: gate_job.sh BIN_FOLDER BEFORE TARGET [GATE_OPTION ...]
#
#   BIN_FOLDER    built programs of HEAD, with `woolly` among them
#   BEFORE        where the branch was before the push, or ""
#   TARGET        the branch that a pull or merge request goes to, or ""
#   GATE_OPTION   passed on; --base, --baseline, --a or --import-base among them say what to compare
#                 with, and BEFORE and TARGET are not looked at
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [[ $# -lt 3 || $1 == -h || $1 == --help ]]; then
  sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"
  exit 2
fi
bin=$1 before=$2 target=$3
shift 3

options=("$@")
if [[ ! " $* " =~ \ (--base|--baseline|--a|--import-base)[\ =] ]]; then
  if ! base=$("$here/base_commit.sh" "$before" "$target"); then
    echo "no commit to compare with: the gate did not run"
    exit 0
  fi
  options+=(--base "$base")
fi

code=0
"$bin/woolly" gate --db woolly.db --markdown gate.md --junit gate.xml --sarif gate.sarif \
  --openmetrics gate.prom "${options[@]}" || code=$?
if [[ -f woolly.db ]]; then
  "$bin/woolly" report --db woolly.db -o report.html || echo "the report could not be written"
fi
exit "$code"
