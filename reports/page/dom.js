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

// heads: [{text, number}], rows: arrays of cells (text or elements), the first one heading its row.
function simpleTable(caption, heads, rows) {
  const cell = (content, column) =>
    html(column === 0 ? "th" : "td",
         {scope: column === 0 ? "row" : undefined, class: heads[column].number ? "number" : undefined},
         content);
  return html("div", {class: "scroll", tabindex: 0, role: "region", "aria-label": caption},
    html("table", {},
      html("caption", {class: "hidden"}, caption),
      html("thead", {}, html("tr", {}, heads.map((head) =>
        html("th", {scope: "col", class: head.number ? "number" : undefined}, head.text)))),
      html("tbody", {}, rows.map((row) => html("tr", {}, row.map(cell))))));
}
