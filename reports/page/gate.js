// The verdicts of the latest gate, as they were stored.

const kExitMeanings = {
  0: ["▲", "good", "passed"],
  1: ["▼", "bad", "regression"],
  2: ["✕", "bad", "wrong usage or configuration"],
  3: ["?", "unsure", "inconclusive or not comparable"],
  4: ["✕", "bad", "a benchmark crashed, is missing or gave a wrong answer"],
  5: ["✕", "bad", "internal error"],
};
const kStates = {
  REGRESSED: ["▼", "worse", 0],
  FAILED: ["✕", "worse", 1],
  MISSING: ["∅", "worse", 2],
  INCONCLUSIVE: ["?", "unsure", 3],
  ACCEPTED: ["▽", "unsure", 4],
  IMPROVED: ["▲", "better", 5],
  UNCHANGED: ["≈", "", 6],
};

function verdictRow(verdict, limit, results) {
  const [sign, kind] = kStates[verdict.state] ?? ["", ""];
  const measured = verdict.pairs > 0;
  const key = seriesKey(verdict);
  const known = kReport.series.some((series) => seriesKey(series) === key);
  const name = known && results ? html(
                                      "button", {
                                        type: "button",
                                        class: "open link",
                                        title: "Open in the results",
                                        onclick: () => results.reveal(key)
                                      },
                                      breakable(verdict.benchmark)) :
                                  html("span", {}, breakable(verdict.benchmark));
  return [
    name,
    verdict.metric,
    html(
        "span", {class: `change ${kind}`},
        html("span", {class: "sign", "aria-hidden": "true"}, sign),
        html("span", {class: "word"}, verdict.state)),
    measured ? signedPercent(verdict.estimate) : "–",
    measured ? `${signedPercent(verdict.ci_low)} to ${signedPercent(verdict.ci_high)}` : "–",
    measured ? "± " + percent(verdict.margin) : "–",
    integer(verdict.pairs),
    measured ? intervalPlot(
                   verdict.ci_low, verdict.estimate, verdict.ci_high, limit, verdict.margin, kind) :
               "",
  ];
}

function showGate(place, results) {
  const gate = kReport.gate;
  if (!gate) {
    place.append(html(
        "div", {class: "notice"},
        html(
            "p", {},
            "No gate has run against this database. Compare the working tree with a commit or " +
                "a stored baseline:"),
        html("pre", {}, "woolly gate --base HEAD~1\nwoolly gate --baseline NAME")));
    return;
  }
  const [sign, kind, meaning] =
      kExitMeanings[gate.exit_code] ?? ["", "unsure", "unknown exit code"];
  place.append(html(
      "p", {class: `banner ${kind}`, id: "gate-banner"},
      html("span", {class: "sign", "aria-hidden": "true"}, sign),
      html("strong", {}, `Exit ${gate.exit_code}: ${meaning}`),
      html("span", {class: "quiet"}, ` ${gate.base} → ${gate.head}, ${minute(gate.started_at)}`)));
  if (gate.verdicts.length === 0) return;

  const rank = (verdict) => (kStates[verdict.state] ?? ["", "", 7])[2];
  const verdicts = [...gate.verdicts].sort(
      (a, b) => rank(a) - rank(b) || (seriesKey(a) < seriesKey(b) ? -1 : 1));
  const limit = intervalLimit(
      verdicts.filter((one) => one.pairs > 0)
          .map((one) => Math.max(Math.abs(one.ci_low), Math.abs(one.ci_high), one.margin)));
  const shown = verdicts.slice(0, kRowsAtOnce * 4);
  const table = simpleTable(
      "Verdicts of the latest gate",
      [
        {text: "Benchmark"}, {text: "Metric"}, {text: "Verdict"}, {text: "Change", number: true},
        {text: "Interval", number: true}, {text: "Margin", number: true},
        {text: "Pairs", number: true}, {text: "Interval and margin"}
      ],
      shown.map((verdict) => verdictRow(verdict, limit, results)));
  table.id = "gate-table";
  const left = shown.length === verdicts.length ?
      "" :
      ` Only the worst ${integer(shown.length)} of ${integer(verdicts.length)} are listed.`;
  place.append(
      table,
      html(
          "p", {class: "quiet small"},
          "Change of the metric's value, head over base. REGRESSED and IMPROVED: the interval " +
              "lies beyond the margin (the shaded part). " +
              `The axis is ± ${percent(limit, 0)}.` +
              left));
}
