// Runs, environments, and what the page leaves out.

function showRuns(place) {
  const kRows = 25;
  if (kReport.runs.length === 0) {
    place.append(html("p", {class: "quiet"}, "None yet."));
    return;
  }
  const names = new Map();
  for (const baseline of kReport.baselines) names.set(baseline.run, baseline.name);
  const indexes = kReport.runs.map((_, i) => i).reverse();
  const listed = indexes.filter((index, position) => position < kRows || names.has(index));
  place.append(simpleTable(
      "Runs",
      [
        {text: "Run"}, {text: "Started"}, {text: "Producer"}, {text: "Commit"}, {text: "Machine"},
        {text: "Benchmarks", number: true}, {text: "Samples", number: true}, {text: "Baseline"}
      ],
      listed.map((index) => {
        const run = kReport.runs[index];
        return [
          String(run.id), minute(run.started_at), run.producer, shortCommit(run), run.machine,
          integer(run.benchmarks), integer(run.samples), names.get(index) ?? ""
        ];
      })));
  const left = kReport.runs.length + kReport.runs_left_out - listed.length;
  if (left > 0)
    place.append(html("p", {class: "quiet small"}, `${plural(left, "older run")} not listed.`));
}

const kRoles = {
  contract: "must be equal to compare",
  subject: "what is compared",
  note: "for information"
};

function showEnvironment(place) {
  if (kReport.latest_runs.length === 0) {
    place.append(html("p", {class: "quiet"}, "Recorded with the first run."));
    return;
  }
  const latest = kReport.latest_runs;
  const present = kReport.fields.filter(
      (field) => latest.some((one) => one.environment[field.name] !== undefined));
  place.append(simpleTable(
      "Environment of the newest run of each producer",
      [
        {text: "Field"},
        ...latest.map((one) => ({
                        text: `${kReport.runs[one.run].producer}, run ${kReport.runs[one.run].id}`,
                        wraps: true
                      })),
        {text: "Role"}, {text: "Meaning"}
      ],
      present.map(
          (field) =>
              [field.name, ...latest.map((one) => one.environment[field.name] ?? "–"),
               kRoles[field.role], html("span", {class: "quiet"}, field.meaning)])));
}

function showNotes(place) {
  const notes = [
    "Median and interval: the interval of the median at 95 % from order statistics, free of " +
        "assumptions about the distribution. Below 6 samples there is none; the range stands in " +
        "its place.",
    "Spread: interquartile range over the median.",
    "vs baseline: ratio of medians, minus 1. Its interval combines those of both medians on the " +
        "log scale (method of variance estimates recovery, Zou and Donner 2008). Runs whose " +
        "environments differ in a contract field are not compared.",
    "One sample is one launch of a process (or one repetition of a micro-benchmark).",
  ];
  if (kReport.runs_left_out > 0)
    notes.push(`Reduced: ${plural(kReport.runs_left_out, "older run")} of this database not read.`);
  if (kReport.results_left_out > 0)
    notes.push(plural(kReport.results_left_out, "result") + " without a finite sample not shown.");
  const thinned =
      kReport.series.filter((series) => series.drawn.value.length < series.latest.n).length;
  if (thinned > 0)
    notes.push(
        `Reduced: of ${plural(thinned, "result")} only some samples are in this page, to keep it ` +
        "quick. Medians, intervals, quartiles and histograms are of all samples; the database " +
        "has them all.");
  const shortened = kReport.series.filter((series) => series.history_left_out > 0).length;
  if (shortened > 0)
    notes.push(
        `Reduced: the history of ${plural(shortened, "result")} is shortened to its newest runs.`);
  const {version, commit} = kReport.woolly;
  const origin = `Written by woolly ${version} (${commit}) on ${minute(kReport.generated_at)}. ` +
      "Charts: uPlot, MIT license (text in the source of this page). " +
      "This file makes no request to any network.";
  place.append(
      html("ul", {}, notes.map((note) => html("li", {}, note))),
      html("p", {class: "quiet small"}, origin));
}
