# Sourced by the scripts beside it: where the checkout is, and one voice for all of them.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

step() {
  printf '\n== %s\n' "$*"
}

# usage_error TEXT: one line on stderr and the exit code of a wrong command line.
usage_error() {
  printf '%s: %s (see %s --help)\n' "$(basename "$0")" "$1" "$0" >&2
  exit 2
}

# print_usage: the block of comments that opens the calling script is its help text.
print_usage() {
  awk 'NR == 1 { next } !/^#/ { exit } { sub(/^# ?/, ""); print }' "$0"
}

# configure_and_build PRESET: quiet when it goes well, everything when it does not.
configure_and_build() {
  local preset=$1 log
  step "configure and build: preset $preset"
  mkdir -p "$root/build/$preset"
  log=$root/build/$preset/configure.log
  if ! (cd "$root" && cmake --preset "$preset") >"$log" 2>&1; then
    cat "$log" >&2
    printf 'configuring failed: the lines above say why; %s\n' \
      "a stale cache goes away with: rm -r build/$preset" >&2
    return 1
  fi
  (cd "$root" && cmake --build --preset "$preset" --parallel "$(nproc)")
}
