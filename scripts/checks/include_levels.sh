#!/usr/bin/env bash
# Checks that every include goes where ARCHITECTURE.md lets it go: strictly down.
#
# usage: include_levels.sh [ROOT]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/files.sh"
root=${1:-$here/../..}
cd "$root"

list_files . cpp h inc | awk -f "$here/include_levels.awk"
