#!/usr/bin/env bash
# Runs report_test.mjs where node and Chromium are present; 77 tells CTest that the test was skipped.
#   run.sh NODE SOURCE_FOLDER NODE_PACKAGES_FOLDER FIXTURE_PROGRAM REPORT_PROGRAM
set -euo pipefail

node=$1 source_folder=$2
export REPORT_NODE_DIR=$3 REPORT_FIXTURE=$4 REPORT_PROGRAM=$5

if ! command -v "$node" >/dev/null; then
  echo "SKIPPED: node is missing, so no browser opened the report; scripts/setup installs it"
  exit 77
fi
CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
if [[ -z $CHROMIUM || ! -x $CHROMIUM ]]; then
  echo "SKIPPED: Chromium is missing, so no browser opened the report; scripts/setup installs it, or set CHROMIUM"
  exit 77
fi
export CHROMIUM
exec "$node" --test "$source_folder/report_test.mjs"
