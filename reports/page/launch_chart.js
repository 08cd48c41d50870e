// The samples of the latest run in the order of their launches: drift, warm-up and outliers show here.

function launchChart(series, scale) {
  const point = series.latest;
  const launches = series.drawn.launch ?? series.drawn.value.map((_, i) => i);
  const values = series.drawn.value.map((value) => value / scale.factor);
  const left = point.n - values.length;
  const medianHere = point.median / scale.factor;
  const last = Math.max(1, lastOf(launches));

  const build = (colors, readout) => ({
    data: [launches.map((launch) => launch + 1), values],
    options: {
      scales: {
        x: {time: false, range: [1 - 0.02 * last, last + 1 + 0.02 * last]},
        y: {range: paddedRange([...values, medianHere])},
      },
      axes: [
        xAxisStyle(colors, {space: 60, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6]}),
        yAxisStyle(colors, scale),
      ],
      series: [
        {},
        {stroke: colors.latest, width: 0, paths: () => null,
          points: {show: true, size: values.length > 300 ? 3 : 6, fill: colors.latestSoft, width: 1}},
      ],
      hooks: {
        draw: [(chart) => drawLevel(chart, medianHere, colors.quiet, [2, 3])],
        setCursor: [(chart) => {
          const i = chart.cursor.idx;
          readout(i == null ? null : `launch ${integer(launches[i] + 1)}: ${plainNumber(values[i])} ${scale.suffix}`);
        }],
      },
    },
  });

  const notes = [];
  if (left > 0) notes.push(`Reduced: of ${integer(point.n)} samples the lowest and highest of each of ${integer(Math.ceil(values.length / 2))} consecutive groups are drawn.`);
  if (series.not_finite > 0) notes.push(`${plural(series.not_finite, "sample")} not finite and left out.`);
  return chartFrame({
    title: `Launches of the latest run${scale.suffix ? ", " + scale.suffix : ""}`,
    description: `${plural(values.length, "sample")} of the latest run in launch order around the median ${withUnit(point.median, scale)}.`,
    legend: [legendItem("dot", "one launch"), legendItem("dotted", "median")],
    note: notes.join(" "),
    initialReadout: `${plural(point.n, "sample")}, spread ${percent(spreadOf(point))}`,
    build,
  });
}
