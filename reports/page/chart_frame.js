// What all charts share: a titled figure that follows the width of its place and the colour scheme.

const kChartHeight = 220;
const openFrames = new Set();

function themeColors() {
  const style = getComputedStyle(document.documentElement);
  const color = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    text: color("text"),
    quiet: color("quiet"),
    grid: color("line"),
    panel: color("panel"),
    latest: color("latest"),
    latestSoft: color("latest-soft"),
    baseline: color("baseline"),
    baselineSoft: color("baseline-soft"),
    other: color("other"),
  };
}

const kChartFont = "12px system-ui, sans-serif";
const pixelRatio = () => window.devicePixelRatio || 1;

function axisStyle(colors, extra) {
  return {
    stroke: colors.quiet,
    font: kChartFont,
    gap: 6,
    grid: {stroke: colors.grid, width: 1},
    ticks: {stroke: colors.grid, width: 1, size: 5},
    ...extra,
  };
}

const xAxisStyle = (colors, extra) => axisStyle(colors, {size: 34, grid: {show: false}, ...extra});
const yAxisStyle = (colors, extra) => axisStyle(colors, {
  size: (chart, values) =>
      18 + 7 * Math.max(3, ...(values ?? []).map((value) => String(value ?? "").length)),
  values: (chart, ticks) => tickTexts(ticks),
  ...extra,
});

// A range that holds all `values` with a little air.
function paddedRange(values) {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (value === null || value === undefined) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const air = (high - low) * 0.08 || Math.abs(high) * 0.02 || 1;
  return [low - air, high + air];
}

// Draws with the coordinates of the chart, inside its plotting area.
function onPlot(chart, draw) {
  const context = chart.ctx;
  context.save();
  context.beginPath();
  context.rect(chart.bbox.left, chart.bbox.top, chart.bbox.width, chart.bbox.height);
  context.clip();
  draw(context, pixelRatio());
  context.restore();
}

function drawLevel(chart, value, color, dash) {
  onPlot(chart, (context, ratio) => {
    const y = chart.valToPos(value, "y", true);
    context.strokeStyle = color;
    context.lineWidth = 1.5 * ratio;
    context.setLineDash(dash.map((length) => length * ratio));
    context.beginPath();
    context.moveTo(chart.bbox.left, y);
    context.lineTo(chart.bbox.left + chart.bbox.width, y);
    context.stroke();
  });
}

const legendItem = (kind, text) =>
    html("span", {class: "key"}, html("i", {class: `mark ${kind}`, "aria-hidden": "true"}), text);

// build(colors, readout) gives {options, data}; readout(text) writes the line below the chart.
function chartFrame({title, description, legend, note, initialReadout, wide, build}) {
  const host = html("div", {class: "chart", role: "img", "aria-label": description});
  const line = html("p", {class: "readout quiet"}, initialReadout ?? "");
  const element = html(
      "figure", {class: wide ? "frame wide" : "frame"},
      html(
          "figcaption", {}, html("strong", {}, title),
          legend ? html("span", {class: "keys"}, legend) : null),
      host, line, note ? html("p", {class: "quiet small"}, note) : null);
  let chart = null;

  const frame = {
    element,
    draw() {
      if (chart) chart.destroy();
      const {options, data} = build(themeColors(), (text) => {
        line.textContent = text ?? initialReadout ?? "";
      });
      chart = new uPlot(
          {
            width: Math.max(200, host.clientWidth),
            height: kChartHeight,
            legend: {show: false},
            padding: [10, 12, 0, 0],
            ...options,
            cursor: {y: false, drag: {x: false, y: false}, ...options.cursor},
          },
          data, host);
    },
    resize() {
      if (chart && host.clientWidth > 0)
        chart.setSize({width: Math.max(200, host.clientWidth), height: kChartHeight});
    },
    close() {
      sizes.disconnect();
      openFrames.delete(frame);
      if (chart) chart.destroy();
      chart = null;
    },
  };
  const sizes = new ResizeObserver(() => frame.resize());
  sizes.observe(host);
  openFrames.add(frame);
  return frame;
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const frame of openFrames) frame.draw();
});
