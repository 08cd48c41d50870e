// How the samples of the latest run spread, and those of the baseline beside them: dots while one
// can count them, a histogram from then on.

const kMostDots = 40;

function distributionChart(series, scale) {
  const point = series.latest;
  const base = series.baseline && series.baseline.drawn ? series.baseline : null;
  const asDots = point.n <= kMostDots && (!base || base.summary.n <= kMostDots);
  const build = asDots ? dotStrips(series, base, scale) : histogram(series, base, scale);
  const outside = point.n - series.bins.counts.reduce((sum, count) => sum + count, 0);
  const [low, q1, middle, q3] =
      [point.min, point.q1, point.median, point.q3].map((value) => scaled(value, scale));
  const high = withUnit(point.max, scale);
  const notes = [];
  if (!asDots && outside > 0) {
    notes.push(
        plural(outside, "sample") +
        " more than 3 interquartile ranges from the quartiles not drawn: " +
        `the whole range is ${low} to ${high}.`);
  }
  return chartFrame({
    title: `Distribution${scale.suffix ? ", " + scale.suffix : ""}`,
    description: `Distribution of the ${plural(point.n, "sample")} of the latest run: ` +
        `quartiles ${q1}, ${middle} and ${q3} ${scale.suffix}.`,
    legend: [
      legendItem("fill", "latest"),
      base ? legendItem("outline", `baseline ${kReport.baselines[base.baseline].name}`) : null
    ],
    note: notes.join(" "),
    initialReadout: `quartiles ${q1}, ${middle}, ${q3} · lowest ${low}, highest ${high}`,
    build,
  });
}

function histogram(series, base, scale) {
  const {low, width, counts} = series.bins;
  const shares = (bins, n) => [...bins.map((count) => (100 * count) / n), null];
  const edges = [...counts, 0].map((_, i) => (low + i * width) / scale.factor);
  const latest = shares(counts, series.latest.n);
  const other = base ? shares(base.bin_counts, base.summary.n) : edges.map(() => null);
  const top = Math.max(...latest, ...other);
  // The outline goes down to zero behind its last bin.
  const outline = base ? [...other.slice(0, -1), 0] : other;

  return (colors, readout) => ({
           data: [edges, latest, outline],
           options: {
             scales: {
               x: {time: false, range: [edges[0], lastOf(edges)]},
               y: {range: [0, top * 1.08 || 1]}
             },
             axes: [
               xAxisStyle(colors, {space: 70, values: (chart, ticks) => tickTexts(ticks)}),
               yAxisStyle(
                   colors, {values: (chart, ticks) => tickTexts(ticks).map((text) => text + " %")}),
             ],
             series: [
               {},
               {
                 stroke: colors.latest,
                 width: 1,
                 fill: colors.latestSoft,
                 points: {show: false},
                 paths: uPlot.paths.bars({align: 1, size: [1, Infinity]})
               },
               {
                 stroke: colors.baseline,
                 width: 2,
                 points: {show: false},
                 show: base !== null,
                 paths: uPlot.paths.stepped({align: 1})
               },
             ],
             cursor: {points: {show: false}},
             hooks: {
               setCursor: [(chart) => {
                 const value =
                     chart.cursor.left >= 0 ? chart.posToVal(chart.cursor.left, "x") : NaN;
                 const bin = Math.floor((value * scale.factor - low) / width);
                 if (!(bin >= 0 && bin < counts.length)) return readout(null);
                 const from = plainNumber(edges[bin]);
                 const to = plainNumber(edges[bin + 1]);
                 const text = `${from} to ${to} ${scale.suffix}: ${integer(counts[bin])} of ` +
                     plural(series.latest.n, "sample");
                 if (!base) return readout(text);
                 const other = `${integer(base.bin_counts[bin])} of ${integer(base.summary.n)}`;
                 return readout(`${text}, baseline ${other}`);
               }],
             },
           },
         });
}

// One row of dots a run, stacked where they would overlap; below them the interval and the median.
function dotStrips(series, base, scale) {
  const strip = (values, summary, label, kind) => ({
    label,
    kind,
    summary,
    values: values.map((value) => value / scale.factor).sort((a, b) => a - b),
  });
  const strips = [strip(series.drawn.value, series.latest, "latest", "latest")];
  if (base)
    strips.push(
        strip(base.drawn.value, base.summary, kReport.baselines[base.baseline].name, "baseline"));

  return (colors) => ({
    data: [paddedRange(strips.flatMap((one) => one.values)), [0, 1]],
    options: {
      scales: {x: {time: false, range: (chart, low, high) => [low, high]}, y: {range: [0, 1]}},
      axes: [
        xAxisStyle(colors, {space: 70, values: (chart, ticks) => tickTexts(ticks)}),
        {show: false},
      ],
      padding: [10, 12, 0, 12],
      series: [{}, {stroke: "transparent", paths: () => null, points: {show: false}}],
      cursor: {show: false},
      hooks: {
        draw: [(chart) => onPlot(chart, (context, ratio) => {
          const height = chart.bbox.height / strips.length;
          strips.forEach((one, i) => {
            const place = {bottom: chart.bbox.top + height * (i + 1), height};
            drawStrip(chart, context, ratio, colors, scale, one, place);
          });
        })],
      },
    },
  });
}

function drawStrip(chart, context, ratio, colors, scale, strip, {bottom, height}) {
  const color = colors[strip.kind];
  const position = (value) => chart.valToPos(value, "x", true);
  const radius = 4.5 * ratio;
  const floor = bottom - 26 * ratio;
  const {summary} = strip;

  context.fillStyle = colors.quiet;
  context.font = `${12 * ratio}px system-ui, sans-serif`;
  context.textBaseline = "top";
  context.textAlign = "left";
  context.fillText(strip.label, chart.bbox.left, bottom - height);

  context.strokeStyle = color;
  context.lineWidth = 3 * ratio;
  if (hasInterval(summary)) {
    context.beginPath();
    context.moveTo(position(summary.ci_low / scale.factor), floor + 14 * ratio);
    context.lineTo(position(summary.ci_high / scale.factor), floor + 14 * ratio);
    context.stroke();
  }
  context.beginPath();
  context.moveTo(position(summary.median / scale.factor), floor + 7 * ratio);
  context.lineTo(position(summary.median / scale.factor), floor + 21 * ratio);
  context.stroke();

  // Columns one dot wide: equal values stand on each other.
  const step =
      Math.min(2.1 * radius, (height - 56 * ratio) / tallestColumn(strip.values, position, radius));
  let columnStart = -Infinity;
  let stacked = 0;
  for (const value of strip.values) {
    const x = position(value);
    stacked = x - columnStart < 2 * radius ? stacked + 1 : 0;
    if (stacked === 0) columnStart = x;
    context.beginPath();
    context.arc(x, floor - radius - stacked * step, radius, 0, 2 * Math.PI);
    context.fillStyle = colors[strip.kind + "Soft"];
    context.fill();
    context.lineWidth = 1.5 * ratio;
    context.stroke();
  }
}

function tallestColumn(values, position, radius) {
  let tallest = 1;
  let start = -Infinity;
  let stacked = 0;
  for (const value of values) {
    const x = position(value);
    stacked = x - start < 2 * radius ? stacked + 1 : 1;
    if (stacked === 1) start = x;
    tallest = Math.max(tallest, stacked);
  }
  return tallest;
}
