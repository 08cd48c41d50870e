// What opens below a row of the results: where the numbers come from, and three charts.

function detailFacts(series, scale) {
  const point = series.latest;
  const run = latestRunOf(series);
  const change = changeOf(series);
  const facts = [
    ["Latest run", `${run.id}, ${minute(run.started_at)}, ${run.producer}`],
    ["Commit", shortCommit(run) + (run.dirty ? " (uncommitted changes)" : "")],
    ["Median", withUnit(point.median, scale)],
    [
      hasInterval(point) ? "95 % interval of the median" :
                           "Range (too few samples for an interval)",
      `${scaled(point.ci_low, scale)} to ${withUnit(point.ci_high, scale)}`
    ],
    ["Better", series.better || "not known for this metric"],
    ["Ratio of medians to the baseline", changeText(change)],
  ];
  if (series.baseline && series.baseline.summary)
    facts.push(["Median of the baseline", withUnit(series.baseline.summary.median, scale)]);
  if (series.answer_hash) facts.push(["Hash of the answer", series.answer_hash]);
  const list = html(
      "dl", {class: "facts"},
      facts.map(([name, value]) => html("div", {}, html("dt", {}, name), html("dd", {}, value))));
  if (change.kind !== "other") return [list];
  return [
    list,
    simpleTable(
        "Why the baseline is not comparable",
        [{text: "Field"}, {text: "Latest run", wraps: true}, {text: "Baseline", wraps: true}],
        change.differences.map((one) => [one.field, one.left, one.right]))
  ];
}

// {element, draw, close}: draw once the element is in the page and has a width.
function seriesDetail(series) {
  const scale = scaleFor(series.latest.median, series.unit, series.metric);
  const hasHistory = series.history.run.length > 1;
  const frames = [
    hasHistory ? historyChart(series, scale) : null, distributionChart(series, scale),
    launchChart(series, scale)
  ].filter(Boolean);
  const element = html(
      "div", {class: "detail"}, detailFacts(series, scale),
      html("div", {class: "frames"}, frames.map((frame) => frame.element)),
      hasHistory ?
          historyTable(series, scale) :
          html("p", {class: "quiet small"}, "One run so far: a history needs a second one."));
  return {
    element,
    draw: () => frames.forEach((frame) => frame.draw()),
    close: () => frames.forEach((frame) => frame.close()),
  };
}
