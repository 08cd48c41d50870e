// What a reader of the report sees, checked against the numbers that fixture.cpp put in.

import assert from "node:assert/strict";
import {execFileSync, spawnSync} from "node:child_process";
import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, before, test} from "node:test";

import {
  inkShares,
  makeReport,
  openReport,
  screenshot,
  startBrowser,
  stopBrowser
} from "./browser.mjs";

before(startBrowser);
after(stopBrowser);

// The page writes typographic spaces and minus signs.
const plain = (text) =>
    text.replace(/[\u202f\u00a0]/g, " ").replace(/\u2212/g, "-").replace(/\s+/g, " ").trim();

async function rowCells(page, benchmark, metric) {
  const rows = await page.$$eval(
      "#result-table tr.result",
      (all) => all.map((row) => [...row.cells].map((cell) => cell.innerText)));
  const found = rows.filter((cells) => cells[0].includes(benchmark) && cells[1] === metric);
  assert.equal(found.length, 1, `one row of ${benchmark} ${metric}`);
  return found[0].map(plain);
}

const kEndToEnd = "e2e/tiny-Q4_0/pp512_tg128_d0";

test("a small database: numbers, change, gate, environment", async () => {
  const {page, complaints, close} = await openReport("small");
  const [, , median, interval, spread, count, change] =
      await rowCells(page, kEndToEnd, "decode_tps");
  assert.equal(median, "33.60 t/s");
  // Of 11 samples the interval is the second to the tenth: 0.4 % to either side.
  assert.equal(interval, "33.47 – 33.73");
  assert.equal(spread, "0.5 %");
  assert.equal(count, "11");
  assert.match(change, /^▲ ?\+5\.0 % ?better$/);

  assert.match((await rowCells(page, kEndToEnd, "ttft_ms"))[6], /^▲ ?-4\.8 % ?better$/);
  assert.match((await rowCells(page, kEndToEnd, "load_ms"))[6], /^≈ ?0\.0 % ?unclear$/);
  assert.equal((await rowCells(page, kEndToEnd, "peak_rss_bytes"))[2], "700.0 MiB");
  assert.match((await rowCells(page, kEndToEnd, "peak_rss_bytes"))[3], /\(range\)$/);
  assert.equal((await rowCells(page, "matmul/Q4_K/blas/m1_n4096_k4096", "time_ns"))[2], "123.5 µs");
  assert.equal((await rowCells(page, "rmsnorm/f32/generic/n4096", "time_ns"))[3], "one sample");

  const figures =
      (await page.$$eval(".figure.main", (all) => all.map((one) => one.innerText))).map(plain);
  assert.match(figures[0], /^Prefill 252\.0 t\/s/);
  assert.match(figures[1], /^Decode 33\.60 t\/s/);
  assert.match(figures[2], /^Share of the memory roof 52\.50 %/);

  assert.match(plain(await page.innerText("#gate-banner")), /^▼ ?Exit 1: regression/);
  const verdicts =
      (await page.$$eval("#gate-table tbody tr", (rows) => rows.map((row) => row.innerText)))
          .map(plain);
  assert.equal(verdicts.length, 5);
  assert.match(verdicts[0], /ttft_ms ▼ ?REGRESSED \+8\.3 % \+7\.1 % to \+9\.4 % ± 2\.0 % 24$/);
  assert.match(verdicts[1], /^e2e\/gone decode_tps ∅ ?MISSING – – – 0$/);

  const environment = plain(await page.innerText("#environment"));
  assert.match(environment, /cpu_model Test CPU 9000/);
  assert.equal(await page.$$eval("#runs tbody tr", (rows) => rows.length), 13);
  await screenshot(page, "small-light");
  assert.deepEqual(complaints, []);
  await close();
});

test("a row opens charts by mouse and by keyboard, and closes", async () => {
  const {page, complaints, close} = await openReport("small");
  const button =
      page.locator("#result-table tr.result", {hasText: "decode_tps"}).locator("button.open");
  assert.equal(await button.getAttribute("aria-expanded"), "false");
  await button.focus();
  await page.keyboard.press("Enter");
  assert.equal(await button.getAttribute("aria-expanded"), "true");
  const shares = await inkShares(page, ".detail-row");
  assert.equal(shares.length, 3);
  for (const share of shares) assert.ok(share > 0.005, `a chart is drawn, ink ${shares}`);

  const detail = plain(await page.innerText(".detail-row"));
  assert.match(
      detail, /Ratio of medians to the baseline \+5\.0 % \(\+4\.\d % to \+5\.\d %\), better/);
  assert.match(detail, /Median of the baseline 32\.00 t\/s/);
  assert.match(detail, /other environment \(1\)/);
  await page.locator(".detail-row .frame:first-child .u-over").hover({position: {x: 5, y: 40}});
  assert.match(
      plain(await page.innerText(".detail-row .frame:first-child .readout")),
      /^run 1 · 2026-01-01 12:00 UTC/);
  await page.locator(".numbers summary").click();
  assert.equal(await page.locator(".numbers tbody tr").count(), 12);
  await screenshot(page, "detail-light");
  const sideways =
      await page.$eval("#results .scroll", (place) => place.scrollWidth - place.clientWidth);
  assert.equal(sideways, 0, "a usual window shows the whole table");

  await page.locator("#result-table tr.result", {hasText: "decode_tps"})
      .locator("td.number")
      .first()
      .click();
  assert.equal(await page.locator(".detail-row").count(), 0);
  assert.deepEqual(complaints, []);
  await close();
});

test("dark and narrow", async () => {
  for (const [name, options] of [
           ["dark", {dark: true}], ["narrow", {width: 390, height: 800}],
           ["narrow-dark", {dark: true, width: 390, height: 800}]]) {
    const {page, complaints, close} = await openReport("small", options);
    await page.locator("#result-table tr.result", {hasText: "decode_tps"})
        .locator("button.open")
        .click();
    await page.locator("#result-table tr.result", {hasText: "matmul"})
        .locator("button.open")
        .click();
    const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(overflow, 0, "the page itself does not scroll sideways");
    await screenshot(page, `detail-${name}`);
    assert.deepEqual(complaints, []);
    await close();
  }
});

test("the filter and the order", async () => {
  const {page, close} = await openReport("small");
  const names = async () => (await page.$$eval(
      "#result-table tr.result", (rows) => rows.map((row) => row.cells[1].innerText)));
  assert.equal((await names()).length, 8);
  await page.fill("#filter", "e2e TPS");
  assert.deepEqual(await names(), ["decode_tps", "prefill_tps"]);
  assert.equal(await page.innerText("#result-count"), "2 of 8 results");
  await page.fill("#filter", "nothing like this");
  assert.equal((await names()).length, 0);
  assert.match(await page.innerText("#result-table tbody"), /No result has all of these words/);
  await page.fill("#filter", "");
  await page.click("#result-table th[data-key=median] button");
  assert.equal((await names())[0], "peak_rss_bytes");
  assert.equal(
      await page.getAttribute("#result-table th[data-key=median]", "aria-sort"), "descending");
  await page.click("#result-table th[data-key=median] button");
  assert.equal((await names())[0], "roof_fraction");
  await page.click("#gate-table button.link >> nth=0");
  assert.equal(await page.locator(".detail-row").count(), 1);
  await close();
});

test("100,000 samples in two benchmarks", async () => {
  const {page, complaints, bytes, close} = await openReport("large");
  assert.ok(bytes < 1_000_000, `the file has ${bytes} bytes`);
  assert.equal((await rowCells(page, "large/even", "time_ns"))[2], "1.500 µs");
  assert.equal((await rowCells(page, "large/even", "time_ns"))[5], "50,000");
  for (const name of ["large/even", "large/skewed"]) {
    await page.locator("#result-table tr.result", {hasText: name}).locator("button.open").click();
  }
  for (const share of await inkShares(page, ".detail-row"))
    assert.ok(share > 0.005, "every chart is drawn");
  const detail = plain(await page.innerText(".detail-row >> nth=1"));
  assert.match(
      detail,
      /Reduced: of 50,000 samples the lowest and highest of each of 500 consecutive groups/);
  assert.match(
      detail,
      /1 sample more than 3 interquartile ranges from .*: the whole range is 4\.\d+ to 5,000 µs/);
  assert.match(detail, /1 sample beyond the axis, drawn as a triangle at its edge/);
  assert.match(await page.innerText("#notes"), /Reduced: of 2 results only some samples/);
  await screenshot(page, "large");
  assert.deepEqual(complaints, []);
  await close();
});

test("100,000 samples in 5,000 benchmarks", async () => {
  const {page, complaints, bytes, close} = await openReport("many");
  assert.ok(bytes < 8_000_000, `the file has ${bytes} bytes`);
  const rows = page.locator("#result-table tr.result");
  assert.equal(await rows.count(), 60);
  const elements = await page.evaluate(() => document.querySelectorAll("*").length);
  assert.ok(elements < 15_000, `the page has ${elements} elements`);
  await page.fill("#filter", "b4321");
  assert.equal(await rows.count(), 1);
  assert.equal(
      (await rowCells(page, "many/b4321", "time_ns"))[2],
      "5.318 µs");  // of an even count: half a step below 5321
  await page.fill("#filter", "");
  await page.click("button.more");
  assert.equal(await rows.count(), 300);
  await page.locator("#result-table tr.result >> nth=3").locator("button.open").click();
  await screenshot(page, "many", false);
  assert.deepEqual(complaints, []);
  await close();
});

test("text of the data stays text", async () => {
  const {page, complaints, close} = await openReport("hostile");
  assert.equal(await page.evaluate(() => window.broken), undefined);
  const names = await page.$$eval(
      "#result-table tr.result button.open", (all) => all.map((one) => one.textContent));
  assert.equal(names.length, 3);
  assert.ok(names.includes("</script><script>window.broken=1</script>"));
  assert.ok(
      names.some((name) => name.startsWith("{{script}} <!-- <script> </script & \" ' \\ \u2028")));
  for (const button of await page.$$("#result-table tr.result button.open")) await button.click();
  assert.match(await page.innerText("#environment"), /<img src=x onerror=window\.broken=1>/);
  assert.equal(await page.locator("main img, main b, main i:not(.mark)").count(), 0);
  assert.equal(await page.evaluate(() => window.broken), undefined);
  await screenshot(page, "hostile");
  assert.deepEqual(complaints, []);
  await close();
});

test("an injected script does not run and a request is refused", async () => {
  const {page, close} = await openReport("small");
  const refused = await page.evaluate(async () => {
    const script = document.createElement("script");
    script.textContent = "window.injected = true";
    document.body.append(script);
    const fetched = await fetch("https://example.invalid/").then(() => true, () => false);
    return {
      injected: window.injected === true,
      fetched,
      policy: document.querySelector("meta[http-equiv]").content
    };
  });
  assert.equal(refused.injected, false);
  assert.equal(refused.fetched, false);
  assert.match(refused.policy, /default-src 'none'/);
  await close();
});

test("an empty database says what to run", async () => {
  const {page, complaints, close} = await openReport("empty");
  assert.match(await page.innerText("#results"), /no results yet[\s\S]*woolly bench/);
  assert.match(await page.innerText("#gate"), /No gate has run[\s\S]*woolly gate/);
  await screenshot(page, "empty");
  assert.deepEqual(complaints, []);
  await close();
});

test("the file names nothing outside itself", () => {
  const page = readFileSync(makeReport("small").file, "utf8");
  assert.doesNotMatch(page, /<(link|img|iframe|script)[^>]*(src|href)=/i);
  assert.doesNotMatch(page, /@import|url\(\s*['"]?https?:/i);
});

test("bad input: one line, exit 2, an older report stays", () => {
  const folder = mkdtempSync(join(tmpdir(), "woolly-report-"));
  try {
    const output = join(folder, "report.html");
    writeFileSync(output, "older");
    const noDatabase = join(folder, "text.db");
    writeFileSync(
        noDatabase, "this is no database, but it is long enough to look like one\n".repeat(40));
    const small = makeReport("small").file.replace(".html", ".db");
    for (const [args, expected] of [
             [["--db", join(folder, "missing.db")], /missing\.db/],
             [["--db", noDatabase], /text\.db/],
             [["--db", folder], new RegExp(folder)],
             [["--db", small, "--baseline", "nope"], /no baseline named "nope".*release/],
             [["--no-such-option"], /no-such-option/],
    ]) {
      const run =
          spawnSync(process.env.REPORT_PROGRAM, [...args, "-o", output], {encoding: "utf8"});
      assert.equal(run.status, 2, `${args}: ${run.stderr}`);
      assert.match(run.stderr, expected);
      assert.equal(run.stderr.trim().split("\n").length, 1, run.stderr);
      assert.equal(readFileSync(output, "utf8"), "older");
    }
    const nowhere = spawnSync(
        process.env.REPORT_PROGRAM, ["--db", small, "-o", join(folder, "no", "r.html")],
        {encoding: "utf8"});
    assert.equal(nowhere.status, 2);
    assert.equal(
        existsSync(join(folder, "missing.db")), false, "a report never creates a database");
    execFileSync(
        process.env.REPORT_PROGRAM, ["--db", small, "-o", output, "--baseline", "release"]);
    assert.match(readFileSync(output, "utf8"), /<!doctype html>/);
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
});
