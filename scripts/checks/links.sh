#!/usr/bin/env bash
# Checks that every relative link in a Markdown file leads to a file of this checkout, and to a
# heading of it where one is named.
#
# usage: links.sh [ROOT]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/files.sh"
root=$(cd "${1:-$here/../..}" && pwd)

# markdown_links FILE: "line target" for each link outside of code.
markdown_links() {
  awk '
    /^ *```/ { in_code = !in_code; next }
    in_code { next }
    {
      gsub(/`[^`]*`/, "")
      while (match($0, /\]\([^) ]+/)) {
        print NR, substr($0, RSTART + 2, RLENGTH - 2)
        $0 = substr($0, RSTART + RLENGTH)
      }
    }' "$1"
}

# heading_anchors FILE: the anchors that a forge makes of its headings.
heading_anchors() {
  awk '
    /^ *```/ { in_code = !in_code; next }
    !in_code && /^#+ / {
      sub(/^#+ +/, "")
      anchor = tolower($0)
      gsub(/[^a-z0-9 _-]/, "", anchor)
      gsub(/ /, "-", anchor)
      print anchor
    }' "$1"
}

links=0
broken=0
complain() {
  printf '%s:%s: %s: %s\n' "$1" "$2" "$3" "$4"
  broken=$((broken + 1))
}

while read -r file; do
  while read -r line target; do
    [[ $target =~ ^(https?:|mailto:) ]] && continue
    links=$((links + 1))
    path=${target%%#*}
    if [[ -z $path ]]; then
      resolved=$root/$file
    else
      resolved=$(realpath --canonicalize-missing --no-symlinks "$root/$(dirname "$file")/$path")
    fi
    if [[ $resolved != "$root"/* && $resolved != "$root" ]]; then
      complain "$file" "$line" "$target" "leads out of the checkout"
    elif [[ ! -e $resolved ]]; then
      complain "$file" "$line" "$target" "is not there"
    elif [[ $target == *.md#* || $target == '#'* ]] &&
      ! heading_anchors "$resolved" | grep -qxF -- "${target#*#}"; then
      complain "$file" "$line" "$target" "no such heading"
    fi
  done < <(markdown_links "$root/$file")
done < <(list_files "$root" md)

printf '%d relative links, %d broken\n' "$links" "$broken"
[[ $broken -eq 0 ]]
