# Reads the JUnit file that ctest writes: which tests failed, which were skipped and why, and the
# counts in one line. Fails when the counts do not add up to the number of tests.

function attribute(name,    rest) {
  rest = $0
  if (!sub("^.*[ \t]" name "=\"", "", rest)) return ""
  sub(/".*$/, "", rest)
  return unescape(rest)
}

function unescape(text) {
  gsub(/&lt;/, "<", text)
  gsub(/&gt;/, ">", text)
  gsub(/&quot;/, "\"", text)
  gsub(/&apos;/, "'", text)
  gsub(/&amp;/, "\\&", text)
  return text
}

# GoogleTest prints the reason between "file:line: Skipped" and "[  SKIPPED ]"; a script's reason is
# the last line it prints.
function note_output(line) {
  sub(/^[ \t]*<system-out>/, "", line)
  sub(/<\/system-out>.*$/, "", line)
  line = unescape(line)
  sub(/^[ \t]+/, "", line)
  if (line ~ /: Skipped$/) { in_reason = 1; reason = ""; return }
  if (line ~ /^\[  SKIPPED \]/) { in_reason = 0; known = 1; return }
  if (line == "") return
  if (in_reason) reason = reason (reason == "" ? "" : " ") line
  else if (!known) reason = line
}

/<testsuite( |$)/ { in_suite = 1 }
in_suite && /[ \t]tests="/ { total = attribute("tests"); in_suite = 0 }

/<testcase / {
  name = attribute("name")
  state = attribute("status")
  reason = ""
  in_reason = known = in_output = 0
}
/<system-out>/ { in_output = 1 }
in_output { note_output($0) }
/<\/system-out>/ { in_output = 0 }

/<\/testcase>/ {
  if (state == "run") passed++
  else if (state == "fail") { failed++; failures = failures "  failed: " name "\n" }
  else {
    skipped++
    if (state == "disabled") reason = "disabled in the source"
    if (reason == "") reason = "no reason given"
    if (!(reason in skips)) order[++reasons] = reason
    skips[reason]++
    example[reason] = name
  }
}

END {
  printf "%s", failures
  for (i = 1; i <= reasons; i++) {
    reason = order[i]
    if (skips[reason] == 1) printf "  skipped: %s: %s\n", example[reason], reason
    else printf "  skipped: %d tests, among them %s: %s\n", skips[reason], example[reason], reason
  }
  printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
  if (total == 0 || passed + failed + skipped != total) {
    printf "the counts do not add up to the %d tests of the JUnit file\n", total
    exit 1
  }
}
