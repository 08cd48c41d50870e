# Reads file names, one a line, and prints what is wrong as file:line: rule.
# `exceptions` lists patterns of .cpp files without a test beside them: "REGEX  # reason".

BEGIN {
  kMaxLines = 600
  kMaxColumns = 100
  kMaxFunctionLines = 70
  while ((getline text < exceptions) > 0) {
    if (text ~ /^[ \t]*(#|$)/) continue
    if (text !~ /[^ \t][ \t]+# [^ \t]/) fail(exceptions ": an exception needs a reason: " text)
    sub(/[ \t]+#.*$/, "", text)
    excused[++patterns] = text
  }
}

{
  known[$0] = 1
  names[++files] = $0
  check_text($0)
}

END {
  if (files == 0) { print "no source files were found "; exit 1 }
  for (i = 1; i <= files; i++) check_test(names[i])
  for (i = 1; i <= patterns; i++)
    if (!used[i]) fail(exceptions ": no file needs the exception " excused[i] ": remove it")
  printf "%d files, %d broken rules\n", files, broken
  exit broken > 0
}

function check_text(file,    text, number, columns, in_raw) {
  number = block_start = 0
  raw_end = ""
  while ((getline text < file) > 0) {
    number++
    if (index(text, "\t")) fail(file ":" number ": a tab: indent with blanks")
    if (text ~ /[ \r]$/) fail(file ":" number ": a blank at the end of the line")
    in_raw = file ~ /\.(cpp|h)$/ && in_raw_string(text)
    # In the C locale a character outside ASCII is one lead byte and continuation bytes.
    columns = text
    gsub(/[\200-\277]/, "", columns)
    if (length(columns) > kMaxColumns && !in_raw && text !~ /https?:\/\//)
      fail(file ":" number ": " length(columns) " columns: the limit is " kMaxColumns)
    if (file ~ /\.(cpp|h)$/) measure_function(file, number, text, in_raw)
  }
  close(file)
  if (number > kMaxLines && file !~ /\.inc$/)
    fail(file ":" number ": " number " lines: split it, the limit is " kMaxLines)
}

# A kernel folder has one test that runs every variant in it: for rope/avx2.cpp, rope/rope_test.cpp.
function kernel_test(file,    parts) {
  if (split(file, parts, "/") != 4 || parts[2] != "kernels") return ""
  return parts[1] "/" parts[2] "/" parts[3] "/" parts[3] "_test.cpp"
}

# In formatted code a function outside of classes ends with a brace in the first column; tables and
# types end with "};". Text in a raw string is a table, too.
function measure_function(file, number, text, in_raw,    lines) {
  if (in_raw) { raw_lines++; return }
  if (block_start == 0) {
    if (text ~ /\{$/ && text !~ /^(inline )?namespace/) { block_start = number; raw_lines = 0 }
  } else if (text ~ /^}/) {
    lines = number - block_start - 1 - raw_lines
    if (text !~ /^};/ && lines > kMaxFunctionLines)
      fail(file ":" block_start ": a function of " lines " lines: the limit is " kMaxFunctionLines)
    block_start = 0
  }
}

# Whether the line is text of a raw string that began on an earlier line, or holds one whole.
function in_raw_string(text,    delimiter) {
  if (raw_end != "") {
    if (index(text, raw_end)) raw_end = ""
    return 1
  }
  if (!match(text, /R"[a-z_]*\(/)) return 0
  delimiter = ")" substr(text, RSTART + 2, RLENGTH - 3) "\""
  if (index(substr(text, RSTART + RLENGTH), delimiter)) return 1
  raw_end = delimiter
  return 0
}

function check_test(file,    test, i) {
  if (file !~ /\.cpp$/ || file ~ /_test\.cpp$/) return
  test = file
  sub(/\.cpp$/, "_test.cpp", test)
  if (test in known || kernel_test(file) in known) return
  for (i = 1; i <= patterns; i++)
    if (file ~ ("^" excused[i] "$")) { used[i] = 1; return }
  fail(file ":1: no " test " beside it (or say in " exceptions " what tests it)")
}

function fail(message) {
  print message
  broken++
}
