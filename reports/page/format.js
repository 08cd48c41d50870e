// Numbers as people read them. One scale per row: a median and its interval share their unit.

const kMinus = "\u2212";
const kThinSpace = "\u202f";

const kScales = {
  ns: [[1, "ns"], [1e3, "µs"], [1e6, "ms"], [1e9, "s"]],
  us: [[1e-3, "ns"], [1, "µs"], [1e3, "ms"], [1e6, "s"]],
  ms: [[1e-6, "ns"], [1e-3, "µs"], [1, "ms"], [1e3, "s"]],
  s: [[1e-9, "ns"], [1e-6, "µs"], [1e-3, "ms"], [1, "s"]],
  B: [[1, "B"], [2 ** 10, "KiB"], [2 ** 20, "MiB"], [2 ** 30, "GiB"]],
};
const kDecimalPrefixes = [[1, ""], [1e3, "k"], [1e6, "M"], [1e9, "G"], [1e12, "T"]];
const kRates = new Set(["B/s", "FLOP/s", "OP/s", "items/s"]);

// {factor, suffix}: shown = value / factor.
function scaleFor(value, unit, metric) {
  if (unit === "1")
    return metric.endsWith("fraction") ? {factor: 0.01, suffix: "%"} : {factor: 1, suffix: ""};
  const scales = kScales[unit] ??
      (kRates.has(unit) ? kDecimalPrefixes.map(([f, p]) => [f, p + unit]) : [[1, unit]]);
  const magnitude = Math.abs(value);
  let chosen = scales[0];
  for (const scale of scales)
    if (magnitude >= scale[0]) chosen = scale;
  return {factor: chosen[0], suffix: chosen[1]};
}

// Four significant digits, no exponent where a person would not write one.
function plainNumber(value) {
  if (!Number.isFinite(value)) return "–";
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e9)) {
    return value.toExponential(3).replace("-", kMinus);
  }
  const decimals = magnitude === 0 ? 0 : Math.max(0, 3 - Math.floor(Math.log10(magnitude)));
  return value
      .toLocaleString(
          "en-US", {minimumFractionDigits: Math.min(decimals, 3), maximumFractionDigits: decimals})
      .replace("-", kMinus);
}

const scaled = (value, scale) => plainNumber(value / scale.factor);
const withUnit = (value, scale) => scaled(value, scale) + (scale.suffix ? " " + scale.suffix : "");
const integer = (value) => value.toLocaleString("en-US");

function percent(fraction, decimals = 1) {
  return (fraction * 100).toFixed(decimals).replace("-", kMinus) + kThinSpace + "%";
}

function signedPercent(fraction) {
  const text = percent(fraction);
  return fraction > 0 && !text.startsWith("0.0" + kThinSpace) ?
      "+" + text :
      text.replace(kMinus + "0.0" + kThinSpace, "0.0" + kThinSpace);
}

// Labels of an axis: as many decimals as tell neighbours apart, the same for all.
function tickTexts(ticks) {
  const step = ticks.length > 1 ? Math.abs(ticks[1] - ticks[0]) : 0;
  let decimals = 0;
  while (decimals < 8 && Math.abs(step * 10 ** decimals - Math.round(step * 10 ** decimals)) > 1e-6)
    ++decimals;
  return ticks.map(
      (tick) => tick.toLocaleString(
                        "en-US", {minimumFractionDigits: decimals, maximumFractionDigits: decimals})
                    .replace("-", kMinus));
}

const day = (timestamp) => timestamp.slice(0, 10);
const minute = (timestamp) => timestamp.slice(0, 16).replace("T", " ") + " UTC";
const shortCommit = (run) =>
    (run.commit ? run.commit.slice(0, 10) : "unknown") + (run.dirty ? "+" : "");
const plural = (count, one, many = one + "s") => `${integer(count)} ${count === 1 ? one : many}`;
