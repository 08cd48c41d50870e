#!/usr/bin/env bash
# bench_numbers.awk finds the three numbers in the tables of `woolly bench`, or fails.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/checks/test_support.sh"

speed='| model | size | threads | test | t/s |
| ----- | ---: | ------: | ---- | --: |
| tiny | 0.21 MiB | 2 | pp64 | 9144.71 ± 10.00 |
| tiny | 0.21 MiB | 2 | tg32 @ d512 | 1234.50 ± 9.00 |
| tiny | 0.21 MiB | 2 | pp128 | 1.00 ± 1.00 |
'
details='
| benchmark | launches | load ms | roof |
| --------- | -------: | ------: | ---: |
| tiny/pp64 | 3 | 1.00 | 47.1 % |'

numbers() {
  awk -f "$here/bench_numbers.awk" "$scratch/table"
}

given table "$speed$details"
expect 0 '^prefill 9144\.71 pp64$' numbers
expect 0 '^decode 1234\.50 tg32 @ d512$' numbers
expect 0 '^roof 47\.1 %$' numbers
given table "$speed"
expect 1 '^prefill' numbers
given table ''
expect 1 '^$' numbers
finish
