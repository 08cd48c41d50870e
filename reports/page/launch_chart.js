// The samples of the latest run in the order of their launches: drift, warm-up and outliers show
// here.

// As in the histogram: one stray sample must not flatten the rest.
const kFenceIqr = 3;

function launchRange(point, values, factor) {
  const iqr = point.q3 - point.q1;
  if (!(iqr > 0)) return paddedRange([...values, point.median / factor]);
  const low = Math.max(point.min, point.q1 - kFenceIqr * iqr);
  const high = Math.min(point.max, point.q3 + kFenceIqr * iqr);
  return paddedRange([low / factor, high / factor]);
}

// Samples beyond the axis stand at its edge as triangles that point to where they are.
function drawStrays(chart, strays, [low, high], color) {
  onPlot(chart, (context, ratio) => {
    context.fillStyle = color;
    for (const {launch, value} of strays) {
      const up = value > high;
      const x = chart.valToPos(launch, "x", true);
      const tip = up ? chart.valToPos(high, "y", true) : chart.valToPos(low, "y", true);
      const base = tip + (up ? 9 : -9) * ratio;
      context.beginPath();
      context.moveTo(x, tip);
      context.lineTo(x - 5 * ratio, base);
      context.lineTo(x + 5 * ratio, base);
      context.fill();
    }
  });
}

function launchChart(series, scale) {
  const point = series.latest;
  const launches =
      (series.drawn.launch ?? series.drawn.value.map((_, i) => i)).map((launch) => launch + 1);
  const values = series.drawn.value.map((value) => value / scale.factor);
  const range = launchRange(point, values, scale.factor);
  const inside = (value) => value >= range[0] && value <= range[1];
  const strays =
      values.map((value, i) => ({launch: launches[i], value})).filter(({value}) => !inside(value));
  const thinned = values.length < point.n;
  const last = Math.max(2, lastOf(launches));

  const build = (colors, readout) => ({
    data: [launches, values.map((value) => (inside(value) ? value : null))],
    options: {
      scales: {x: {time: false, range: [1 - 0.02 * last, 1.02 * last]}, y: {range}},
      axes: [
        xAxisStyle(colors, {
          space: 60,
          incrs: [
            1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6
          ],
          values: (chart, ticks) => ticks.map((tick) => (tick >= 1 ? integer(tick) : "")),
        }),
        yAxisStyle(colors),
      ],
      series: [
        {},
        // The extremes of groups as points would look like two bands with nothing between.
        thinned ? {stroke: colors.latest, width: 1, spanGaps: true, points: {show: false}} : {
          stroke: colors.latest,
          width: 0,
          paths: () => null,
          points: {show: true, size: values.length > 300 ? 4 : 6, fill: colors.latest, width: 0}
        },
      ],
      hooks: {
        draw: [
          (chart) => drawLevel(chart, point.median / scale.factor, colors.quiet, [2, 3]),
          (chart) => drawStrays(chart, strays, range, colors.latest),
        ],
        setCursor: [(chart) => {
          const i = chart.cursor.idx;
          readout(
              i == null ?
                  null :
                  `launch ${integer(launches[i])}: ${plainNumber(values[i])} ${scale.suffix}`);
        }],
      },
    },
  });

  const notes = [];
  if (thinned) {
    const groups = integer(Math.ceil(values.length / 2));
    notes.push(
        `Reduced: of ${integer(point.n)} samples the lowest and highest of each of ${groups} ` +
        "consecutive groups are drawn.");
  }
  if (strays.length > 0) {
    const shape = strays.length === 1 ? "a triangle" : "triangles";
    const count = plural(strays.length, "sample");
    notes.push(`${count} beyond the axis, drawn as ${shape} at its edge.`);
  }
  if (series.not_finite > 0)
    notes.push(plural(series.not_finite, "sample") + " not finite and left out.");
  return chartFrame({
    title: `Launches of the latest run${scale.suffix ? ", " + scale.suffix : ""}`,
    description: plural(values.length, "sample") +
        " of the latest run in launch order around the " +
        `median ${withUnit(point.median, scale)}.`,
    legend: [
      thinned ? legendItem("solid", "range of a group") : legendItem("dot", "one launch"),
      legendItem("dotted", "median")
    ],
    note: notes.join(" "),
    initialReadout: `${plural(point.n, "sample")}, spread ${percent(spreadOf(point))}`,
    build,
  });
}
