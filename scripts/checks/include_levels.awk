# Reads file names relative to the root of a checkout, one a line; prints each include that breaks a
# rule as file:line, what it includes and the rule, and fails when there was one.

BEGIN {
  split("base 0 tensor 1 gguf 2 kernels 2 tokenizer 3 model 3 quantize 3 runtime 4 cli 5", pairs)
  for (i = 1; i in pairs; i += 2) level[pairs[i]] = pairs[i + 1]
  for (i = split("microbench e2e baselines ci reports", names); i > 0; i--) harness[names[i]] = 1
}

{ check_file($0) }

END {
  if (files == 0) { print "no source files were found "; exit 1 }
  printf "%d files, %d includes, %d broken rules\n", files, includes, broken
  exit broken > 0
}

function check_file(file,    text, number, target) {
  if (area(file) == "") return
  files++
  number = 0
  while ((getline text < file) > 0) {
    number++
    if (text !~ /^[ \t]*#[ \t]*include[ \t]*["<]/) continue
    includes++
    target = text
    sub(/^[^"<]*["<]/, "", target)
    sub(/[">].*$/, "", target)
    check_include(file, number, target, text ~ /^[^<]*"/)
  }
  close(file)
}

function check_include(file, number, target, quoted) {
  if (is_isa(file) && !quoted && !is_c_header(target))
    fail(file, number, target, "a file compiled for one instruction set takes C headers and" \
         " intrinsics only: an inline library function it instantiates would reach older machines")
  if (area(target) != "") check_project(file, number, target)
  else if (quoted && target !~ /^woolly_commit\.h$/)
    fail(file, number, target, "a quoted include is a path from the root of the checkout")
  else check_external(file, number, target)
}

function check_project(file, number, target,    from, to) {
  from = area(file)
  to = area(target)
  if (target ~ /test_support\.h$/ && !is_test(file))
    fail(file, number, target, "test support is for tests")
  if (to == "public" || from == to) return
  if (from == "public")
    fail(file, number, target, "a public header includes nothing but the standard library and" \
         " other public headers")
  else if (from in level && to in level) check_level(file, number, target, from, to)
  else if (from in level)
    fail(file, number, target, "the engine does not know the harness")
  else if (is_test(file) && target ~ /^engine\/model\/synthetic\//)
    return  # a test makes the model that it runs
  else if (!harness_may(from, to, target))
    fail(file, number, target, from "/ may include engine/base, what programs share of" \
         " engine/cli, public headers, baselines/samples, baselines/store and itself" \
         (from == "microbench" ? ", engine/tensor, engine/kernels, engine/runtime/roofline" : ""))
}

# A test may also look sideways: it needs files to read and models to run.
function check_level(file, number, target, from, to) {
  if (level[to] < level[from] || (level[to] == level[from] && is_test(file))) return
  fail(file, number, target, "an include goes to a strictly lower level: engine/" from " is " \
       level[from] ", engine/" to " is " level[to])
}

function harness_may(from, to, target) {
  if (to == "base") return 1
  if (target ~ /^engine\/cli\/(aligned_table|command|profile_json|profile_table)\.h$/) return 1
  if (target ~ /^baselines\/(samples|store)\//) return 1
  if (from == "ci" && target == "baselines/import/import.h") return 1
  return from == "microbench" && (to == "tensor" || to == "kernels" ||
                                  target ~ /^engine\/runtime\/roofline/)
}

function check_external(file, number, target) {
  if (area(file) == "public" && target ~ /[\/.]/)
    fail(file, number, target, "a public header includes nothing but the standard library and" \
         " other public headers")
  if (target ~ /^(SQLiteCpp\/|sqlite3\.h)/ && area(file) != "baselines")
    fail(file, number, target, "only baselines/ touches a database")
  if (target ~ /^benchmark\// && area(file) != "microbench")
    fail(file, number, target, "Google Benchmark is for microbench/")
  if (target ~ /^cblas/ && area(file) != "kernels" && area(file) != "microbench")
    fail(file, number, target, "BLAS is a kernel variant: engine/kernels")
}

# The part of the design a path belongs to: "public", a folder of the engine, or of the harness.
function area(path,    parts) {
  if (path ~ /^(engine\/include\/)?woolly\//) return "public"
  split(path, parts, "/")
  if (parts[1] == "engine") return (parts[2] in level) ? parts[2] : ""
  return (parts[1] in harness) ? parts[1] : ""
}

function is_test(file) {
  return file ~ /(_test\.cpp|test_support\.(h|cpp)|\/(fake|test)_[^\/]*\.h)$/
}

function is_isa(file) {
  return file ~ /^engine\/.*-inl\.h$/ ||
         file ~ /^engine\/([^\/]*\/)*([a-z0-9_]*_)?(sse4|avx2|avx512|amx|neon|sve)[a-z0-9_]*\.cpp$/
}

# The C++ spellings allowed here declare C functions and types and define nothing.
function is_c_header(target) {
  return target ~ /\.h$/ || target ~ /^(cstddef|cstdint|cstring|cfloat|climits)$/
}

function fail(file, number, target, rule) {
  printf "%s:%d: includes %s: %s\n", file, number, target, rule
  broken++
}
