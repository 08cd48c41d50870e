#!/usr/bin/env bash
# Prints the commit that a CI job's HEAD is compared with.
#
# usage: base_commit.sh [BEFORE] [TARGET]
#
#   BEFORE  where the branch was before the push ("" or zeros for a new branch)
#   TARGET  the branch that a pull or merge request goes to ("" for a push)
#
# A request is compared with its merge base: what others did to the target meanwhile is not its
# doing. A push is compared with where the branch was; when that is gone (a new or rewritten branch)
# with the commit before. Fails when HEAD has no parent: then there is nothing to compare with.
set -euo pipefail
before=${1:-}
target=${2:-}

is_ancestor() {
  [[ -n $1 && $1 != "$(git rev-parse HEAD)" ]] && git merge-base --is-ancestor "$1" HEAD 2>/dev/null
}

if [[ -n $target ]]; then
  remote=origin/$target
  git rev-parse --verify --quiet "$remote^{commit}" >/dev/null || remote=$target
  base=$(git merge-base "$remote" HEAD)
  if is_ancestor "$base"; then
    echo "$base"
    exit
  fi
elif is_ancestor "$before"; then
  git rev-parse "$before^{commit}"
  exit
fi
git rev-parse --verify --quiet 'HEAD~1^{commit}' || {
  echo "base_commit.sh: HEAD has no parent here: a first commit or a shallow clone" >&2
  exit 1
}
