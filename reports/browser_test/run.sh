#!/usr/bin/env bash
# Runs report_test.mjs where node and Chromium are present; 77 tells CTest that it was skipped.
#   run.sh NODE SOURCE_FOLDER NODE_PACKAGES_FOLDER FIXTURE_PROGRAM REPORT_PROGRAM
set -euo pipefail

node=$1 source_folder=$2
export REPORT_NODE_DIR=$3 REPORT_FIXTURE=$4 REPORT_PROGRAM=$5

skip() {
  echo "SKIPPED: $1 is missing, so no browser opened the report; scripts/setup installs it"
  exit 77
}

command -v "$node" >/dev/null || skip node
if [[ -z ${CHROMIUM:-} ]]; then
  for name in chromium chromium-browser google-chrome; do
    CHROMIUM=$(command -v "$name" || true)
    if [[ -n $CHROMIUM ]]; then break; fi
  done
fi
[[ -x ${CHROMIUM:-} ]] || skip "Chromium (or what CHROMIUM names)"
export CHROMIUM
exec "$node" --test "$source_folder/report_test.mjs"
