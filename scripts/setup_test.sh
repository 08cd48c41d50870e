#!/usr/bin/env bash
# scripts/setup with stand-ins for apt-get, dpkg-query, id and sudo: what it would install, how, and
# that it leaves a complete machine alone.
# shellcheck disable=SC2016 # the texts in single quotes are for files, not for this shell
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/checks/test_support.sh"

tools=(git g++ cmake ninja pkg-config ccache node npm chromium clang-format-14 shellcheck xmllint)

# stand_in NAME TEXT: a command of that name in the only folder that PATH has.
stand_in() {
  given "bin/$1" "#!/bin/bash\n$2"
  chmod +x "$scratch/bin/$1"
}

# machine USER_ID TOOL...: Debian with these tools; apt-get writes down what it is asked.
machine() {
  local user=$1 tool
  shift
  forget
  mkdir -p "$scratch/bin"
  for tool in bash env dirname basename cat awk; do
    ln -s "$(command -v "$tool")" "$scratch/bin/$tool"
  done
  stand_in id "echo $user"
  stand_in dpkg-query 'for p; do [[ $p == libfmt-dev ]] || echo "installed $p"; done; exit 1'
  stand_in apt-get "echo \"apt-get \$* [\$DEBIAN_FRONTEND]\" >>$scratch/log; echo called"
  for tool in "$@"; do
    stand_in "$tool" 'exit 0'
  done
}

setup() {
  PATH=$scratch/bin "$here/setup" "$@"
}

logged() {
  cat "$scratch/log"
}

complete='for p; do echo "installed $p"; done'

machine 0 "${tools[@]}"
stand_in dpkg-query "$complete"
expect 0 '^$' setup test
expect 0 '^nothing is missing$' setup --check test
expect 1 'No such file' logged

# One library and one tool are missing, as root.
machine 0 "${tools[@]:1}"
expect 1 '^git$' setup --check test
expect 1 '^libfmt-dev$' setup --check test
expect 1 'No such file' logged
expect 0 'installing 2 packages: git libfmt-dev' setup test
expect 0 '^apt-get .*update' logged
expect 0 '^apt-get .*install --yes .* git libfmt-dev .*\[noninteractive\]$' logged

# The groups: measuring does not need what only the tests need.
machine 0 git g++ cmake ninja pkg-config ccache node npm
stand_in dpkg-query "$complete"
expect 0 '^nothing is missing$' setup --check run
expect 1 '^chromium$' setup --check test
expect 1 '^clang-tidy-14$' setup --check

# A user with sudo, and one without.
machine 1000 "${tools[@]}"
stand_in sudo '"$@"'
expect 0 'installing 1 packages: libfmt-dev' setup test
expect 0 'install --yes .* libfmt-dev .*\[noninteractive\]$' logged
machine 1000 "${tools[@]}"
expect 1 "su -c 'apt-get update && apt-get install .* libfmt-dev'" setup test
expect 1 'No such file' logged

machine 0 "${tools[@]}"
stand_in apt-get 'echo "E: no network"; exit 100'
expect 1 'E: no network' setup test
expect 1 'as root, run:' setup test

# Not Debian: says what is needed and lets CMake look for it.
machine 0 "${tools[@]}"
rm "$scratch/bin/apt-get"
expect 0 'knows Debian only.*libfmt-dev' setup test
expect 1 'knows Debian only' setup --check test

expect 2 "unknown argument 'everything'" setup everything
expect 0 '^usage: scripts/setup' setup --help
finish
