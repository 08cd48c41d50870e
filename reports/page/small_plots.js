// Plots of one table cell. They repeat numbers that stand beside them, so they are hidden from
// readers of the page who do not see them.

// An interval of relative change around zero, on one axis for all rows.
function intervalPlot(low, estimate, high, limit, margin, kind) {
  const kWidth = 120;
  const kHeight = 18;
  const x = (value) =>
      kWidth / 2 + (Math.max(-limit, Math.min(limit, value)) / limit) * (kWidth / 2 - 8);
  const middle = kHeight / 2;
  const beyond = Math.abs(estimate) > limit;
  const tip = x(estimate) + Math.sign(estimate) * 7;
  return svg(
      "svg", {
        class: `interval ${kind}`,
        viewBox: `0 0 ${kWidth} ${kHeight}`,
        width: kWidth,
        height: kHeight,
        "aria-hidden": "true"
      },
      margin > 0 ? svg("rect", {
        class: "margin",
        x: x(-margin),
        y: 1,
        width: x(margin) - x(-margin),
        height: kHeight - 2
      }) :
                   null,
      svg("line", {class: "zero", x1: kWidth / 2, x2: kWidth / 2, y1: 0, y2: kHeight}),
      low !== null ? svg("line", {class: "bar", x1: x(low), x2: x(high), y1: middle, y2: middle}) :
                     null,
      beyond ? svg("path", {
        class: "estimate",
        d: `M${x(estimate)},${middle - 5} L${tip},${middle} L${x(estimate)},${middle + 5} Z`
      }) :
               svg("circle", {class: "estimate", cx: x(estimate), cy: middle, r: 3.5}));
}

// The limit of the common axis. Of many rows it holds nine of ten, so that one wild row does not
// flatten the others; a row beyond it ends in an arrow.
function intervalLimit(magnitudes) {
  const kFewRows = 20;
  const sorted = magnitudes.filter(Number.isFinite).sort((a, b) => a - b);
  if (sorted.length === 0) return 0.05;
  const chosen =
      sorted.length <= kFewRows ? lastOf(sorted) : sorted[Math.floor(0.9 * (sorted.length - 1))];
  return Math.min(1, Math.max(0.02, chosen * 1.1));
}

// Medians of the latest runs of the same environment.
function sparkline(series) {
  const kPoints = 40;
  const kWidth = 100;
  const kHeight = 22;
  const environment = latestRunOf(series).environment;
  const medians =
      series.history.median
          .filter((_, i) => kReport.runs[series.history.run[i]].environment === environment)
          .slice(-kPoints);
  if (medians.length < 2) return html("span", {class: "quiet small"}, "one run");
  const low = Math.min(...medians);
  const high = Math.max(...medians);
  // Below 4 % of the median a wiggle is drawn as a wiggle, not as a mountain range.
  const span = Math.max(high - low, Math.abs(high) * 0.04) || 1;
  const middle = (low + high) / 2;
  const x = (i) => 3 + (i / (medians.length - 1)) * (kWidth - 6);
  const y = (value) => kHeight / 2 - ((value - middle) / span) * (kHeight - 6);
  const points = medians.map((value, i) => `${x(i).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
  return svg(
      "svg", {
        class: "spark",
        viewBox: `0 0 ${kWidth} ${kHeight}`,
        width: kWidth,
        height: kHeight,
        "aria-hidden": "true"
      },
      svg("polyline", {points}),
      svg("circle", {cx: x(medians.length - 1), cy: y(lastOf(medians)), r: 2.5}));
}
