#!/usr/bin/env bash
# Checks the shape of source files: at most 600 lines of at most 100 columns, functions of at most
# 70 lines, no tabs, no trailing blanks, and a test beside every .cpp. Tables (*.inc) may be longer.
#
# usage: source_files.sh [ROOT]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/files.sh"
root=${1:-$here/../..}
cd "$root"

{
  list_files . cpp h inc js mjs cjs sh awk
  list_scripts .
} | LC_ALL=C sort -u |
  LC_ALL=C awk -v exceptions=scripts/checks/untested_sources.txt -f "$here/source_files.awk"
