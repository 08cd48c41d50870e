# Reads the tables that `woolly bench` prints and gives the three numbers that matter, a line each:
# "prefill VALUE TEST", "decode VALUE TEST", "roof VALUE". Columns are found by their heading; fails
# when one of the numbers is not there.

BEGIN { FS = " *[|] *" }

/^[|]/ && /[|] *(model|benchmark) *[|]/ {
  delete column
  for (i = 2; i < NF; i++) column[$i] = i
  next
}

/^[|] *:?-/ { next }

/^[|]/ && ("t/s" in column) {
  speed = $(column["t/s"])
  sub(/ .*/, "", speed)
  test = $(column["test"])
  if (test ~ /^pp/ && prefill == "") prefill = "prefill " speed " " test
  if (test ~ /^tg/ && decode == "") decode = "decode " speed " " test
}

/^[|]/ && ("roof" in column) && roof == "" { roof = "roof " $(column["roof"]) }

END {
  print prefill
  print decode
  print roof
  exit prefill == "" || decode == "" || roof == ""
}
