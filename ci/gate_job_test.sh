#!/usr/bin/env bash
# gate_job.sh with a stand-in for woolly: what it is asked, and which exit code comes out.
# shellcheck disable=SC2016 # the texts in single quotes are for files, not for this shell
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../scripts/checks/test_support.sh"
cd "$scratch"
git init -q -b main
commit() { git -c user.name=t -c user.email=t@example.org commit -q --allow-empty -m "$1"; }

# The gate ends with the code in the file `code`.
given bin/woolly '#!/bin/sh
echo "woolly $*" >>log
[ "$1" = gate ] || exit 0
: >woolly.db
exit $(cat code)'
chmod +x bin/woolly
given code 0

commit one
expect 0 'no commit to compare with' "$here/gate_job.sh" bin "" ""
expect 1 'No such file' cat log
one=$(git rev-parse HEAD)
commit two
expect 0 '' "$here/gate_job.sh" bin "" ""
outputs="--markdown gate.md --junit gate.xml --sarif gate.sarif --openmetrics gate.prom"
expect 0 "^woolly gate --db woolly.db $outputs --base $one\$" cat log
expect 0 '^woolly report --db woolly.db -o report.html$' cat log

rm log
expect 0 '' "$here/gate_job.sh" bin "" "" --baseline main --budget 5m
expect 0 "gate.prom --baseline main --budget 5m\$" cat log
rm log
expect 0 '' "$here/gate_job.sh" bin "" "" --a 'sleep 1' --b true
expect 0 "gate.prom --a sleep 1 --b true\$" cat log

for code in 1 2 3 4 5; do
  given code "$code"
  expect "$code" '' "$here/gate_job.sh" bin "" ""
done
expect 2 '^usage: gate_job.sh' "$here/gate_job.sh"
finish
