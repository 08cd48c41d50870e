// The head of the page: what was measured where, and the figures that matter most.

const kMainFigures = [
  ["prefill_tps", "Prefill"],
  ["decode_tps", "Decode"],
  ["roof_fraction", "Share of the memory roof"],
];
const kMoreFigures = [
  ["ttft_ms", "Time to first token"],
  ["itl_p50_ms", "Inter-token p50"],
  ["itl_p99_ms", "Inter-token p99"],
  ["load_ms", "Load"],
  ["peak_rss_bytes", "Peak memory"],
];

function showSubtitle(place) {
  const newest = lastOf(kReport.runs);
  const parts = [kReport.database];
  if (newest) {
    parts.push(`latest run ${minute(newest.started_at)}`, `commit ${shortCommit(newest)}`);
    const environment = kReport.environments[newest.environment];
    if (environment.cpu_model) parts.push(environment.cpu_model);
  }
  place.textContent = parts.join(" · ");
}

// Benchmark name to {metric: series}, for those that generate tokens; the newest run first.
function tokenBenchmarks() {
  const found = new Map();
  for (const series of kReport.series) {
    if (!found.has(series.benchmark)) found.set(series.benchmark, {});
    found.get(series.benchmark)[series.metric] = series;
  }
  const newestRun = ([, metrics]) =>
      Math.max(...Object.values(metrics).map((series) => lastOf(series.history.run)));
  return [...found]
      .filter(([, metrics]) => metrics.prefill_tps || metrics.decode_tps)
      .sort((a, b) => newestRun(b) - newestRun(a));
}

function figure(series, label, isMain) {
  const point = series.latest;
  const scale = scaleFor(point.median, series.unit, series.metric);
  const range = point.n > 1 ? `${scaled(point.ci_low, scale)} – ${withUnit(point.ci_high, scale)}` :
                              "one sample";
  return html(
      "div", {class: isMain ? "figure main" : "figure"},
      isMain && series.history.run.length > 1 ? sparkline(series) : null, html("h3", {}, label),
      html(
          "p", {class: "value"}, html("span", {class: "amount"}, scaled(point.median, scale)), " ",
          html("span", {class: "unit"}, scale.suffix)),
      html("p", {class: "quiet small"}, range),
      html("p", {class: "small"}, changeElement(changeOf(series))));
}

function showFigures(place) {
  const benchmarks = tokenBenchmarks();
  if (benchmarks.length === 0) return;
  const tiles = html("div", {class: "figures"});
  const show = (metrics) => tiles.replaceChildren(
      ...kMainFigures.filter(([metric]) => metrics[metric])
          .map(([metric, label]) => figure(metrics[metric], label, true)),
      ...kMoreFigures.filter(([metric]) => metrics[metric])
          .map(([metric, label]) => figure(metrics[metric], label, false)));
  const name = benchmarks.length === 1 ?
      html("span", {class: "mono"}, benchmarks[0][0]) :
      html(
          "select", {
            id: "figure-benchmark",
            "aria-label": "Benchmark of the key figures",
            onchange: (event) => show(benchmarks[event.target.selectedIndex][1])
          },
          benchmarks.map(([benchmark]) => html("option", {}, benchmark)));
  show(benchmarks[0][1]);
  place.append(html("p", {class: "figures-of"}, name), tiles);
  place.hidden = false;
}
