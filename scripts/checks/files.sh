# Sourced by the checks: which files of a checkout are ours.
# shellcheck shell=bash

# list_files ROOT EXTENSION...: paths relative to ROOT, sorted, one a line. Works without git, and
# sees a new file before it is added. Folders that a tool fills are left out.
list_files() {
  local folder=$1 names=() extension
  shift
  for extension in "$@"; do
    names+=(-o -name "*.$extension")
  done
  (cd "$folder" && find . \
    \( -path ./build -o -path ./models -o -name node_modules -o -name .git \) -prune -o \
    -type f \( "${names[@]:1}" \) -print) | sed 's|^\./||' | LC_ALL=C sort
}

# list_scripts ROOT: every bash script, with and without a suffix.
list_scripts() {
  {
    list_files "$1" sh
    (cd "$1" && find scripts .ci ci -type f ! -name '*.*' -exec grep -lE '^#!.*\bbash' {} +)
  } | LC_ALL=C sort -u
}
