#!/usr/bin/env bash
# Tests base_commit.sh in a repository of its own.
set -euo pipefail
script=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/base_commit.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
git init -q -b main
commit() { git -c user.name=t -c user.email=t@example.org commit -q --allow-empty -m "$1"; }

expect() {
  local what=$1 expected=$2 actual
  shift 2
  actual=$("$script" "$@" 2>/dev/null) || actual=failed
  if [[ $actual != "$expected" ]]; then
    echo "$what: expected $expected, got $actual" >&2
    exit 1
  fi
}

zeros=0000000000000000000000000000000000000000
commit one
one=$(git rev-parse HEAD)
expect "a first commit has no base" failed
commit two
two=$(git rev-parse HEAD)
commit three
three=$(git rev-parse HEAD)
expect "a push of two commits" "$one" "$one"
expect "a new branch" "$two" "$zeros"
expect "nothing known" "$two"
expect "a pushed commit that is gone" "$two" 1234567890123456789012345678901234567890
git checkout -q -b topic "$two"
commit "topic one"
commit "topic two"
expect "a request against a target that moved on" "$two" "$zeros" main
expect "a rewritten branch" "$(git rev-parse HEAD~1)" "$three"
git checkout -q main
expect "a request that adds nothing" "$two" "" main
echo "base_commit.sh: 8 cases as expected"
