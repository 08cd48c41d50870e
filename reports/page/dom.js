// Elements are built, never parsed: no text of the data is ever taken for markup.

function setAttributes(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) {
      element.addEventListener(name.slice(2), value);
    } else {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
}

function appendAll(element, children) {
  for (const child of children.flat()) {
    if (child !== undefined && child !== null && child !== false) element.append(child);
  }
}

function html(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  setAttributes(element, attributes);
  appendAll(element, children);
  return element;
}

function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  setAttributes(element, attributes);
  appendAll(element, children);
  return element;
}

const byId = (id) => document.getElementById(id);

// A line may break behind a slash, and where nothing else helps anywhere.
const breakable = (path) =>
    path.split(/(?<=\/)/).flatMap((part, i) => (i > 0 ? [html("wbr"), part] : [part]));

function cellClass(head) {
  if (head.number) return "number";
  return head.wraps ? "wraps" : undefined;
}

// heads: [{text, number, wraps}], rows: arrays of cells (text or elements), the first one heading
// its row.
function simpleTable(caption, heads, rows) {
  const headCell = (head) => html("th", {scope: "col", class: cellClass(head)}, head.text);
  const cell = (content, column) => column === 0 ?
      html("th", {scope: "row", class: cellClass(heads[0])}, content) :
      html("td", {class: cellClass(heads[column])}, content);
  const table = html(
      "table", {}, html("caption", {class: "hidden"}, caption),
      html("thead", {}, html("tr", {}, heads.map(headCell))),
      html("tbody", {}, rows.map((row) => html("tr", {}, row.map(cell)))));
  const attributes = {class: "scroll", tabindex: 0, role: "region", "aria-label": caption};
  return html("div", attributes, table);
}
