#!/usr/bin/env bash
# The pre-push hook with real pushes to a repository of its own, and a stand-in for woolly.
# shellcheck disable=SC2016 # the texts in single quotes are for files, not for this shell
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../scripts/checks/test_support.sh"
export GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@example.org
export GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@example.org
cd "$scratch"

given bin/woolly '#!/bin/sh\necho "woolly $*" >>../log\nexit $(cat ../code)'
chmod +x bin/woolly
given code 0
git init -q --bare remote.git
git init -q -b main work
cd work
git remote add origin ../remote.git
ln -s "$here/pre-push" .git/hooks/pre-push
git config woolly.bin ../bin
asked() { cat ../log; }
code() { echo "$1" >../code; }
change() { git commit -q --allow-empty -m "$1"; }

# A first push has nothing to be compared with.
change one
expect 0 '' git push origin main
expect 1 'No such file' asked
one=$(git rev-parse HEAD)

change two
expect 0 '' git push origin main
expect 0 "^woolly gate --base $one --budget 2m\$" asked
two=$(git rev-parse HEAD)

# A regression and a failure stop the push, what cannot be told does not.
change three
for failure in 1 2 4 5; do
  code "$failure"
  expect 1 "stopped by the gate \\(exit code $failure\\)" git push origin main
done
expect 0 "^$two\$" git rev-parse origin/main
expect 0 '' git push --no-verify origin main
code 3
change four
expect 0 'cannot tell here' git push origin main

# A new branch is compared with where it left main; options come from git's configuration.
code 0
git config woolly.gateOptions '--budget 9m --micro matmul'
four=$(git rev-parse HEAD)
git switch -q -c topic
change five
expect 0 '' git push origin topic
expect 0 "^woolly gate --base $four --budget 9m --micro matmul\$" asked

# Neither tags nor branches that are not checked out nor deletions.
rm ../log
git tag v1
git branch other "$one"
expect 0 '' git push origin v1
expect 0 '' git push origin other
expect 0 '' git push origin --delete other
expect 1 'No such file' asked

change six
git config woolly.bin nowhere
expect 1 'no nowhere/woolly: build it' git push origin topic
finish
