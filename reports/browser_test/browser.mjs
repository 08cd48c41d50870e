// Opens a report of a fixture database in headless Chromium, offline, and records everything that a
// self-contained page must not do.

import {execFileSync} from "node:child_process";
import {mkdirSync, mkdtempSync, rmSync, statSync} from "node:fs";
import {createRequire} from "node:module";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {pathToFileURL} from "node:url";

const {chromium} =
    createRequire(join(process.env.REPORT_NODE_DIR, "package.json"))("playwright-core");

const folder = mkdtempSync(join(tmpdir(), "woolly-report-"));
let browser = null;

export async function startBrowser() {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"
    ],
  });
}

export async function stopBrowser() {
  if (browser) await browser.close();
  rmSync(folder, {recursive: true, force: true});
}

// The report of one kind of database, made once: {file, bytes}.
const made = new Map();
export function makeReport(kind) {
  if (!made.has(kind)) {
    const database = join(folder, `${kind}.db`);
    const file = join(folder, `${kind}.html`);
    execFileSync(process.env.REPORT_FIXTURE, [kind, database]);
    execFileSync(process.env.REPORT_PROGRAM, ["--db", database, "-o", file]);
    made.set(kind, {file, bytes: statSync(file).size});
  }
  return made.get(kind);
}

// {page, complaints, bytes}: complaints are errors, policy violations, dialogs and requests other
// than for the file itself.
export async function openReport(kind, {dark = false, width = 1360, height = 900, hash = ""} = {}) {
  const {file, bytes} = makeReport(kind);
  const context = await browser.newContext(
      {viewport: {width, height}, colorScheme: dark ? "dark" : "light", offline: true});
  const page = await context.newPage();
  const complaints = [];
  const url = pathToFileURL(file).href;
  page.on("console", (message) => complaints.push(`console ${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(`error: ${error.stack}`));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("request", (request) => {
    if (request.url().split("#")[0] !== url) complaints.push(`request: ${request.url()}`);
  });
  await page.goto(url + hash);
  await page.waitForSelector("html[data-ready]", {timeout: 30000, state: "attached"});
  return {page, complaints, bytes, close: () => context.close()};
}

// With REPORT_SCREENSHOTS=FOLDER the pages are kept as pictures, to be looked at.
export async function screenshot(page, name, fullPage = true) {
  const target = process.env.REPORT_SCREENSHOTS;
  if (!target) return;
  mkdirSync(target, {recursive: true});
  await page.screenshot({path: join(target, `${name}.png`), fullPage});
}

// Share of canvas pixels that are not transparent, one number a canvas below `selector`.
export function inkShares(page, selector) {
  return page.$$eval(`${selector} canvas`, (canvases) => canvases.map((canvas) => {
    const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let inked = 0;
    for (let i = 3; i < data.length; i += 4)
      if (data[i] !== 0) ++inked;
    return inked / (data.length / 4);
  }));
}
