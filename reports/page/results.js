// The table of latest results: filter, order, and details below a row.

const kRowsAtOnce = 60;
const kNumberColumns = new Set(["median", "spread", "samples", "change"]);

const kColumns = [
  {key: "benchmark", text: "Benchmark"},
  {key: "metric", text: "Metric", class: "not-narrow"},
  {key: "median", text: "Median"},
  {text: "95 % interval", class: "number wide-only"},
  {key: "spread", text: "Spread", class: "wide-only", title: "Interquartile range over the median"},
  {key: "samples", text: "Samples", class: "wider-only"},
  {
    key: "change",
    text: "vs baseline",
    title: "Ratio of medians to the baseline, minus 1; the gate decides, not this column"
  },
  {text: "Its interval", class: "wider-only plot"},
  {text: "History", class: "wide-only plot"},
];

// Larger is worse news; what cannot be compared comes last.
function badness(series, change) {
  if (change.kind !== "change") return -Infinity;
  return series.better === "higher" ? 1 - change.ratio : change.ratio - 1;
}

function resultRows() {
  return kReport.series.map((series) => {
    const change = changeOf(series);
    const run = latestRunOf(series);
    const stale = !isNewestOfProducer(run);
    const words = [
      series.benchmark, series.metric, series.unit, run.producer,
      change.kind === "change" ? change.side || "unclear" : change.text, stale ? "older run" : ""
    ];
    return {
      series,
      change,
      run,
      stale,
      text: words.join(" ").toLowerCase(),
      order: {
        // What a user feels stands before the kernels.
        benchmark: (run.producer === "woolly-micro" ? "1" : "0") + series.benchmark,
        metric: series.metric,
        median: series.latest.median,
        spread: spreadOf(series.latest),
        samples: series.latest.n,
        change: badness(series, change)
      },
    };
  });
}

function intervalText(point, scale) {
  if (point.n === 1) return html("span", {class: "quiet"}, "one sample");
  const text = `${scaled(point.ci_low, scale)} – ${scaled(point.ci_high, scale)}`;
  return hasInterval(point) ?
      text :
      html(
          "span", {class: "quiet", title: "Fewer than 6 samples: the range, not an interval"},
          `${text} (range)`);
}

function staleTag(run) {
  const title = `The newest run of ${run.producer} does not have it; this is run ${run.id}`;
  return html("span", {class: "tag", title}, "older run");
}

class ResultsTable {
  constructor(place) {
    this.rows = resultRows();
    this.sort = {key: "benchmark", descending: false};
    this.shown = kRowsAtOnce;
    this.open = new Map();  // key of a series -> {row, detail}
    const changes =
        this.rows.filter((row) => row.change.kind === "change").map((row) => row.change);
    this.limit = intervalLimit(changes.map(
        (change) => Math.max(
            Math.abs((change.low ?? change.ratio) - 1),
            Math.abs((change.high ?? change.ratio) - 1))));

    this.filter = html("input", {
      type: "search",
      id: "filter",
      placeholder: "Words of a benchmark, a metric, or: worse",
      autocomplete: "off",
      spellcheck: "false",
      oninput: () => this.refilter()
    });
    this.count = html("p", {class: "quiet", role: "status", id: "result-count"});
    this.heads = kColumns.map((column) => this.head(column));
    this.body = html("tbody");
    this.more = html("button", {
      type: "button",
      class: "more",
      onclick: () => {
        this.shown += 4 * kRowsAtOnce;
        this.render();
      }
    });
    place.append(
        html(
            "div", {class: "tools"},
            html(
                "label",
                {for: "filter"
                },
                "Filter"),
            this.filter, this.count),
        html(
            "div", {class: "scroll"},
            html(
                "table", {id: "result-table", class: "rows"},
                html(
                    "caption", {class: "hidden"},
                    "Latest result of every benchmark and metric; a row opens its history"),
                html("thead", {}, html("tr", {}, this.heads)), this.body)),
        this.more, this.legend());
    this.render();
  }

  legend() {
    return html(
        "p", {class: "quiet small"},
        "▲ better, ▼ worse: the interval of the ratio lies on one side of zero. ≈ unclear: it " +
            "does not. This describes two stored runs; only the gate decides. The axis of the " +
            "intervals is ± " +
            percent(this.limit, 0) + ".");
  }

  head(column) {
    const classes =
        [kNumberColumns.has(column.key) ? "number" : "", column.class ?? ""].join(" ").trim() ||
        undefined;
    if (!column.key) return html("th", {scope: "col", class: classes}, column.text);
    const button = html(
        "button", {
          type: "button",
          class: "sort",
          title: column.title,
          onclick: () => this.sortBy(column.key)
        },
        column.text);
    const cell = html("th", {scope: "col", class: classes}, button);
    cell.dataset.key = column.key;
    return cell;
  }

  sortBy(key) {
    const descending = this.sort.key === key ? !this.sort.descending : kNumberColumns.has(key);
    this.sort = {key, descending};
    this.render();
  }

  refilter() {
    this.shown = kRowsAtOnce;
    this.render();
  }

  matching() {
    const words = this.filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const rows = this.rows.filter((row) => words.every((word) => row.text.includes(word)));
    const {key, descending} = this.sort;
    const sign = descending ? -1 : 1;
    // The rows come sorted by benchmark and metric, and sorting is stable.
    return rows.sort((a, b) => {
      const [left, right] = [a.order[key], b.order[key]];
      return left < right ? -sign : left > right ? sign : 0;
    });
  }

  render() {
    const rows = this.matching();
    const visible = rows.slice(0, this.shown);
    this.closeAll();
    this.body.replaceChildren(...visible.map((row, i) => this.row(row, visible[i - 1])));
    if (rows.length === 0) {
      this.body.append(html(
          "tr", {},
          html(
              "td", {colspan: kColumns.length, class: "quiet"},
              "No result has all of these words.")));
    }
    this.count.textContent = rows.length === this.rows.length ?
        plural(rows.length, "result") :
        `${integer(rows.length)} of ${plural(this.rows.length, "result")}`;
    this.more.hidden = rows.length <= visible.length;
    this.more.textContent = `Show more (${integer(rows.length - visible.length)} not shown)`;
    for (const head of this.heads) {
      if (!head.dataset.key) continue;
      if (head.dataset.key === this.sort.key) {
        head.setAttribute("aria-sort", this.sort.descending ? "descending" : "ascending");
      } else {
        head.removeAttribute("aria-sort");
      }
    }
  }

  row(item, previous) {
    const {series, change} = item;
    const point = series.latest;
    const scale = scaleFor(point.median, series.unit, series.metric);
    const repeated = previous !== undefined && previous.series.benchmark === series.benchmark;
    const button = html(
        "button", {type: "button", class: "open", "aria-expanded": "false"},
        breakable(series.benchmark));
    const interval = change.kind === "change" ?
        intervalPlot(
            change.low === null ? null : change.low - 1, change.ratio - 1,
            change.low === null ? null : change.high - 1, this.limit, 0, change.side) :
        "";
    const row = html(
        "tr", {class: repeated ? "result repeated" : "result"},
        html(
            "th", {scope: "row"}, button, html("span", {class: "narrow-only quiet"}, series.metric),
            item.stale ? staleTag(item.run) : null),
        html("td", {class: "metric not-narrow"}, series.metric),
        html("td", {class: "number strong"}, withUnit(point.median, scale)),
        html("td", {class: "number wide-only"}, intervalText(point, scale)),
        html("td", {class: "number wide-only"}, point.n > 1 ? percent(spreadOf(point)) : "–"),
        html("td", {class: "number wider-only"}, integer(point.n)),
        html("td", {class: "number"}, changeElement(change)),
        html("td", {class: "wider-only plot"}, interval),
        html("td", {class: "wide-only plot"}, sparkline(series)));
    row.dataset.key = seriesKey(series);
    row.addEventListener("click", () => this.toggle(row, series));
    return row;
  }

  toggle(row, series) {
    const key = seriesKey(series);
    const button = row.querySelector("button.open");
    const shown = this.open.get(key);
    if (shown) {
      shown.detail.close();
      shown.row.remove();
      this.open.delete(key);
      button.setAttribute("aria-expanded", "false");
      return;
    }
    const detail = seriesDetail(series);
    const detailRow =
        html("tr", {class: "detail-row"}, html("td", {colspan: kColumns.length}, detail.element));
    row.after(detailRow);
    this.open.set(key, {row: detailRow, detail});
    button.setAttribute("aria-expanded", "true");
    detail.draw();
  }

  closeAll() {
    for (const {detail} of this.open.values()) detail.close();
    this.open.clear();
  }

  // Opens one series as a link from elsewhere in the page asks.
  reveal(key) {
    const index = this.rows.findIndex((row) => seriesKey(row.series) === key);
    if (index < 0) return;
    this.filter.value = "";
    this.shown = Math.max(this.shown, this.rows.length);
    this.render();
    const row = [...this.body.children].find((element) => element.dataset.key === key);
    this.toggle(row, this.rows[index].series);
    row.scrollIntoView({block: "start"});
    row.querySelector("button.open").focus({preventScroll: true});
  }
}

function showResults(place) {
  if (kReport.series.length > 0) return new ResultsTable(place);
  const commands = ["woolly bench -m MODEL.gguf", "woolly micro", "woolly report"]
                       .map((command) => `${command} --db ${kReport.database}`)
                       .join("\n");
  place.append(html(
      "div", {class: "notice"},
      html(
          "p", {},
          "This database holds no results yet. Measure something, then write the report again:"),
      html("pre", {}, commands)));
  return null;
}
