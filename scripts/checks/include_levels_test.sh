#!/usr/bin/env bash
# include_levels.sh accepts a tree that keeps the rules and quotes each include that breaks one.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/test_support.sh"
check=$here/include_levels.sh

# refused FILE INCLUDE RULE: the one include breaks RULE, and is named with its line.
refused() {
  forget
  given "$1" "#pragma once\n\n#include $2"
  expect 1 "^$1:3: includes .*: .*$3" "$check" "$scratch"
}

# allowed FILE INCLUDE
allowed() {
  forget
  given "$1" "#include $2"
  expect 0 '^1 files, 1 includes, 0 broken rules$' "$check" "$scratch"
}

refused engine/base/a.cpp '"engine/tensor/dtype.h"' 'engine/base is 0, engine/tensor is 1'
refused engine/kernels/matmul/matmul.h '"engine/gguf/reader.h"' 'strictly lower level'
refused engine/kernels/matmul/matmul.cpp '"engine/model/config.h"' 'strictly lower level'
refused engine/model/a.h '"engine/tokenizer/vocab.h"' 'strictly lower level'
refused engine/model/a_test.cpp '"engine/runtime/session.h"' 'strictly lower level'
refused engine/runtime/a.cpp '"baselines/samples/samples.h"' 'does not know the harness'
refused engine/include/woolly/a.h '"engine/base/check.h"' 'a public header includes nothing but'
refused engine/include/woolly/a.h '<immintrin.h>' 'a public header includes nothing but'
refused engine/include/woolly/a.h '<fmt/format.h>' 'a public header includes nothing but'
refused engine/base/a.cpp '"check.h"' 'a path from the root'
refused engine/base/a.cpp '"engine/base/test_support.h"' 'test support is for tests'
refused engine/kernels/matmul/avx2.cpp '<algorithm>' 'C headers and intrinsics only'
refused engine/kernels/matmul/avx512vnni.cpp '<cmath>' 'C headers and intrinsics only'
refused engine/kernels/matmul/generic-inl.h '<vector>' 'C headers and intrinsics only'
refused engine/runtime/roofline_avx2.cpp '<array>' 'C headers and intrinsics only'
refused ci/stats/a.cpp '"engine/kernels/matmul/matmul.h"' 'ci/ may include'
refused e2e/a.cpp '"engine/runtime/session.h"' 'e2e/ may include'
refused e2e/a.cpp '"engine/cli/progress.h"' 'e2e/ may include'
refused baselines/store/a.cpp '"ci/stats/sign_flip.h"' 'baselines/ may include'
refused reports/a.cpp '"ci/stats/sign_flip.h"' 'reports/ may include'
refused reports/a.cpp '"baselines/importers/llama_bench.h"' 'reports/ may include'
refused microbench/a.cpp '"engine/model/config.h"' 'microbench/ may include'
refused ci/gate/a.cpp '<SQLiteCpp/Database.h>' 'only baselines/ touches a database'
refused reports/a.cpp '<sqlite3.h>' 'only baselines/ touches a database'
refused engine/kernels/a.cpp '<benchmark/benchmark.h>' 'Google Benchmark is for microbench'
refused engine/model/a.cpp '<cblas.h>' 'BLAS is a kernel variant'

allowed engine/base/a.cpp '<vector>'
allowed engine/base/a.cpp '<woolly/session.h>'
allowed engine/base/a_test.cpp '"engine/base/test_support.h"'
allowed engine/include/woolly/a.h '<woolly/error.h>'
allowed engine/kernels/matmul/matmul.cpp '"engine/kernels/dequantize_row/dequantize_row.h"'
allowed engine/kernels/matmul/blas.cpp '<cblas.h>'
allowed engine/kernels/dequantize_row/dequantize_row_test.cpp '"engine/gguf/reader.h"'
allowed engine/kernels/matmul/avx2.cpp '<immintrin.h>'
allowed engine/kernels/matmul/avx2.cpp '<cstdint>'
allowed engine/kernels/matmul/avx2.cpp '"engine/kernels/matmul/generic-inl.h"'
allowed engine/cli/a.cpp '"engine/runtime/session.h"'
allowed microbench/a.cpp '"engine/kernels/matmul/matmul.h"'
allowed microbench/a.cpp '"engine/runtime/roofline.h"'
allowed microbench/a.cpp '<benchmark/benchmark.h>'
refused e2e/a.cpp '"engine/model/synthetic/synthetic_model.h"' 'e2e/ may include'
allowed e2e/a_test.cpp '"engine/model/synthetic/synthetic_model.h"'
allowed ci/gate/a.cpp '"baselines/store/store.h"'
allowed ci/gate/a.cpp '"baselines/import/import.h"'
refused ci/gate/a.cpp '"baselines/import/hyperfine.h"' 'ci/ may include'
refused e2e/a.cpp '"baselines/import/import.h"' 'e2e/ may include'
allowed reports/a.cpp '"engine/cli/command.h"'
allowed e2e/a.cpp '"engine/cli/profile_table.h"'
refused e2e/a.cpp '"engine/cli/session_flags.h"' 'e2e/ may include'
allowed baselines/store/a.cpp '<SQLiteCpp/Database.h>'

forget
expect 1 'no source files' "$check" "$scratch"
finish
