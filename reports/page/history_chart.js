// Median and 95 % interval of every run. Runs of another environment are drawn apart: a line
// through both would show a change that the code did not make.

function historyChart(series, scale) {
  const {run: runIndexes, median, ci_low, ci_high, n} = series.history;
  const runs = runIndexes.map((index) => kReport.runs[index]);
  const environment = lastOf(runs).environment;
  const mine = runs.map((run) => run.environment === environment);
  const pick = (values, keep) => values.map((value, i) => (keep(i) ? value / scale.factor : null));
  const data = [
    runs.map((_, i) => i),
    pick(median, (i) => mine[i]),
    pick(ci_low, (i) => mine[i]),
    pick(ci_high, (i) => mine[i]),
    pick(median, (i) => !mine[i]),
  ];
  const change = changeOf(series);
  const baseline =
      change.kind === "change" || change.kind === "self" ? series.baseline.summary : null;
  const others = mine.filter((is) => !is).length;

  const describe = (i) => {
    const parts = [
      `run ${runs[i].id}`, minute(runs[i].started_at), `commit ${shortCommit(runs[i])}`,
      `median ${withUnit(median[i], scale)}`
    ];
    if (n[i] > 1) {
      const name = hasInterval({n: n[i]}) ? "95 % interval" : "range";
      parts.push(`${name} ${scaled(ci_low[i], scale)} to ${scaled(ci_high[i], scale)}`);
    }
    parts.push(plural(n[i], "sample"));
    if (!mine[i]) {
      const [first] = environmentDifferences(environment, runs[i].environment);
      parts.push(`other environment: ${first.field} ${first.right}, latest ${first.left}`);
    }
    return parts.join(" · ");
  };

  const build = (colors, readout) => ({
    data,
    options: {
      scales: {
        x: {time: false, range: [-0.5, runs.length - 0.5]},
        y: {
          range: paddedRange(
              [...data[2], ...data[3], ...data[4], baseline && baseline.median / scale.factor])
        },
      },
      axes: [
        xAxisStyle(colors, {
          space: 90,
          incrs: [1, 2, 5, 10, 20, 50, 100, 200],
          values: (chart, ticks) => ticks.map(
              (tick) => (Number.isInteger(tick) && runs[tick] ? day(runs[tick].started_at) : "")),
        }),
        yAxisStyle(colors),
      ],
      bands: [{series: [3, 2], fill: colors.latestSoft}],
      series: [
        {},
        {
          stroke: colors.latest,
          width: 2,
          spanGaps: true,
          points: {show: runs.length <= 120, size: 7, fill: colors.panel, width: 2}
        },
        {stroke: "transparent", width: 0, spanGaps: true, points: {show: false}},
        {stroke: "transparent", width: 0, spanGaps: true, points: {show: false}},
        {
          stroke: colors.other,
          width: 0,
          paths: () => null,
          points: {show: true, size: 7, fill: colors.panel, width: 2}
        },
      ],
      hooks: {
        draw:
            [(chart) => baseline &&
                 drawLevel(chart, baseline.median / scale.factor, colors.baseline, [6, 4])],
        setCursor:
            [(chart) => readout(chart.cursor.idx == null ? null : describe(chart.cursor.idx))],
      },
    },
  });

  const subject = `${series.benchmark} ${series.metric}`;
  const latest = withUnit(lastOf(median), scale);
  return chartFrame({
    title: `History${scale.suffix ? ", " + scale.suffix : ""}`,
    description: `History of ${subject}: ${plural(runs.length, "run")}, latest median ${latest}. ` +
        "The numbers are in the table below.",
    legend: [
      legendItem("line", "median, 95 % interval"),
      baseline ?
          legendItem("dashed", `baseline ${kReport.baselines[series.baseline.baseline].name}`) :
          null,
      others > 0 ? legendItem("ring", `other environment (${others})`) : null,
    ],
    note: series.history_left_out > 0 ?
        `Reduced: ${plural(series.history_left_out, "older run")} not drawn.` :
        "",
    wide: true,
    initialReadout: describe(runs.length - 1),
    build,
  });
}

// The same as text, newest first.
function historyTable(series, scale) {
  const kRows = 50;
  const {run, median, ci_low, ci_high, n} = series.history;
  const rows = [];
  for (let i = run.length - 1; i >= 0 && rows.length < kRows; --i) {
    const point = kReport.runs[run[i]];
    rows.push([
      String(point.id), minute(point.started_at), shortCommit(point), withUnit(median[i], scale),
      n[i] > 1 ? `${scaled(ci_low[i], scale)} to ${scaled(ci_high[i], scale)}` : "–", integer(n[i])
    ]);
  }
  const left = run.length - rows.length;
  return html(
      "details", {class: "numbers"},
      html(
          "summary", {},
          left > 0 ? `History as numbers (newest ${kRows} of ${run.length})` :
                     "History as numbers"),
      simpleTable(
          "History as numbers",
          [
            {text: "Run"}, {text: "Started"}, {text: "Commit"}, {text: "Median", number: true},
            {text: "95 % interval", number: true}, {text: "Samples", number: true}
          ],
          rows));
}
