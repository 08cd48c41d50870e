#!/usr/bin/env bash
# format.sh, links.sh and shell.sh find what they look for.
# shellcheck disable=SC2016 # the texts in single quotes are for files, not for this shell
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/test_support.sh"

given README.md '[design](docs/design.md#the-gate), [below](#run-it), [x](https://example.org)\n# Run it'
given docs/design.md '# Title\n## The `gate`\nback to [the start](../README.md)'
expect 0 '^3 relative links, 0 broken$' "$here/links.sh" "$scratch"
given docs/more.md 'x\n[gone](nowhere.md)'
expect 1 '^docs/more\.md:2: nowhere\.md: is not there$' "$here/links.sh" "$scratch"
given docs/more.md '[up](../../elsewhere.md)'
expect 1 'leads out of the checkout' "$here/links.sh" "$scratch"
given docs/more.md '[a](design.md#no-such)'
expect 1 'no such heading' "$here/links.sh" "$scratch"
given docs/more.md '`[a](code.md)`\n```\n[b](code.md)\n```'
expect 0 ' 0 broken$' "$here/links.sh" "$scratch"

forget
mkdir -p "$scratch/scripts" "$scratch/.ci" "$scratch/ci"
given scripts/broken.sh 'if true; then'
expect 1 'syntax error' "$here/shell.sh" "$scratch"
given scripts/broken.sh '#!/usr/bin/env bash'
expect 1 'scripts/broken\.sh: starts with #! but cannot be executed' "$here/shell.sh" "$scratch"
chmod +x "$scratch/scripts/broken.sh"
if command -v shellcheck >/dev/null; then
  expect 0 '^1 scripts, 0 broken$' "$here/shell.sh" "$scratch"
  given scripts/broken.sh '#!/usr/bin/env bash\ncd $1'
  expect 1 'SC2086' "$here/shell.sh" "$scratch"
else
  expect 77 'shellcheck is not installed' "$here/shell.sh" "$scratch"
fi

forget
cp "$here/../../.clang-format" "$scratch/"
if command -v clang-format-14 >/dev/null; then
  given a.cpp 'int a = 1;'
  expect 0 '^$' "$here/format.sh" "$scratch"
  given a.cpp 'int  a=1;'
  expect 1 '^a\.cpp:1:' "$here/format.sh" "$scratch"
else
  expect 77 'clang-format-14 is not installed' "$here/format.sh" "$scratch"
fi
finish
