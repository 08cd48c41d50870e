#!/usr/bin/env bash
# Checks that every C++ file is formatted as .clang-format says; scripts/format repairs it.
#
# usage: format.sh [ROOT]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/files.sh"
root=${1:-$here/../..}

if ! command -v clang-format-14 >/dev/null; then
  echo "clang-format-14 is not installed (scripts/setup test installs it)"
  exit 77
fi

cd "$root"
list_files . cpp h | tr '\n' '\0' |
  xargs -0 -r clang-format-14 --dry-run -Werror --style=file 2>&1 |
  awk -F: '
    /: error: / && !seen[$1]++ { print; unformatted++ }
    END { if (unformatted) print "run scripts/format"; exit unformatted > 0 }'
