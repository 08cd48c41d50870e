#!/usr/bin/env bash
# Checks every bash script: it parses, can be executed, and shellcheck has nothing to say.
#
# usage: shell.sh [ROOT]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/files.sh"
root=${1:-$here/../..}

cd "$root"
mapfile -t scripts < <(list_scripts .)
broken=0
for script in "${scripts[@]}"; do
  bash -n "$script" || broken=$((broken + 1))
  if [[ $(head -c 2 "$script") == '#!' && ! -x $script ]]; then
    echo "$script: starts with #! but cannot be executed (chmod +x)"
    broken=$((broken + 1))
  fi
done
printf '%d scripts, %d broken\n' "${#scripts[@]}" "$broken"
[[ $broken -eq 0 && ${#scripts[@]} -gt 0 ]] || exit 1

if ! command -v shellcheck >/dev/null; then
  echo "they parse; shellcheck is not installed (scripts/setup test installs it)"
  exit 77
fi
shellcheck --external-sources --source-path=SCRIPTDIR "${scripts[@]}"
