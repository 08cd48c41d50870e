# Sourced by the tests of the checks: a scratch folder, files made in it, and what a run must do.
# shellcheck shell=bash

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0

# given PATH TEXT: a file of the scratch tree; TEXT takes printf's escapes.
given() {
  mkdir -p "$scratch/$(dirname "$1")"
  printf '%b\n' "$2" >"$scratch/$1"
}

forget() {
  rm -rf "${scratch:?}"/*
}

# expect CODE PATTERN COMMAND...: runs COMMAND, which must end with CODE and print a line that the
# extended regular expression PATTERN matches.
expect() {
  local code=$1 pattern=$2 got=0 output
  shift 2
  output=$("$@" 2>&1) || got=$?
  if [[ $got -ne $code ]] || ! grep -qE -- "$pattern" <<<"$output"; then
    printf 'FAILED: %s\n  expected exit %s and "%s"; got exit %s and:\n%s\n' \
      "$*" "$code" "$pattern" "$got" "$output"
    failures=$((failures + 1))
  fi
}

finish() {
  printf '%d expectations failed\n' "$failures"
  [[ $failures -eq 0 ]] || exit 1
}
