// The data of the page, with the questions that the sections ask of it.

const kReport = JSON.parse(byId("report-data").textContent);
const kMinSamplesForInterval = 6;

const lastOf = (array) => array[array.length - 1];
const latestRunOf = (series) => kReport.runs[lastOf(series.history.run)];
const seriesKey = (item) => `${item.benchmark} | ${item.metric} | ${item.unit}`;
const hasInterval = (point) => point.n >= kMinSamplesForInterval;

// Interquartile range over the median: robust, and the same for every unit.
function spreadOf(point) {
  return point.median !== 0 ? (point.q3 - point.q1) / Math.abs(point.median) : NaN;
}

function isNewestOfProducer(run) {
  return kReport.latest_runs.some((latest) => kReport.runs[latest.run] === run);
}

// Contract fields in which two environments differ: [{field, left, right}].
function environmentDifferences(leftIndex, rightIndex) {
  const left = kReport.environments[leftIndex];
  const right = kReport.environments[rightIndex];
  const names = [...new Set([...Object.keys(left), ...Object.keys(right)])].sort();
  return names.filter((name) => left[name] !== right[name])
      .map(
          (field) => (
              {field, left: left[field] ?? "not recorded", right: right[field] ?? "not recorded"}));
}

// What can be said of a series against its baseline:
// {kind: "none" | "self" | "absent" | "other" | "unusable"} with text, or
// {kind: "change", ratio, low, high, side} where side is "better", "worse", "higher", "lower" or ""
// (the interval includes no change, or there is none).
function changeOf(series) {
  const baseline = series.baseline;
  if (!baseline) return {kind: "none", text: "no baseline"};
  const choice = kReport.baselines[baseline.baseline];
  const baseRun = kReport.runs[choice.run];
  const run = latestRunOf(series);
  if (!baseline.summary) return {kind: "absent", text: `not in ${choice.name}`};
  if (baseRun === run) return {kind: "self", text: `is ${choice.name}`};
  const differences = environmentDifferences(run.environment, baseRun.environment);
  if (differences.length > 0) {
    return {
      kind: "other",
      text: `not comparable: ${differences[0].field}` +
          (differences.length > 1 ? ` and ${differences.length - 1} more` : ""),
      differences
    };
  }
  if (!baseline.change) return {kind: "unusable", text: "no ratio: not positive"};
  return {
    kind: "change",
    ...baseline.change,
    side: sideOf(series.better, baseline.change.low, baseline.change.high)
  };
}

function sideOf(better, low, high) {
  if (low === null || high === null || (low <= 1 && high >= 1)) return "";
  const up = low > 1;
  if (better === "") return up ? "higher" : "lower";
  return up === (better === "higher") ? "better" : "worse";
}

// Told apart by shape and word, colour only helps.
const kSideSigns = {
  better: "▲",
  worse: "▼",
  higher: "△",
  lower: "▽",
  "": "≈"
};

function changeText(change) {
  if (change.kind !== "change") return change.text;
  const interval = change.low === null ?
      "no interval" :
      `${signedPercent(change.low - 1)} to ${signedPercent(change.high - 1)}`;
  return `${signedPercent(change.ratio - 1)} (${interval})${change.side ? ", " + change.side : ""}`;
}

// A word in a colour is no use to everybody: the sign stands before it, the word after it.
function changeElement(change) {
  if (change.kind !== "change") return html("span", {class: "quiet"}, change.text);
  return html(
      "span", {class: `change ${change.side}`, title: changeText(change)},
      html(
          "span", {class: "sign", "aria-hidden": "true"},
          change.low === null ? "" : kSideSigns[change.side]),
      html("span", {class: "amount"}, signedPercent(change.ratio - 1)),
      html(
          "span", {class: "word"}, change.low === null ? "no interval" : change.side || "unclear"));
}
