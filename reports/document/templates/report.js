"use strict";
// Everything here can be read without this: it sorts and filters tables, and unfolds what a link leads to.
document.documentElement.classList.add("scripted");

const figure = (cell) => {
  const found = cell.textContent.replace(/,(?=\d{3})/g, "").match(/[-+]?\d+(\.\d+)?/);
  return found ? Number(found[0]) : null;
};

function compare(one, other, isNumber) {
  if (!isNumber) return one.textContent.localeCompare(other.textContent);
  const [a, b] = [figure(one), figure(other)];
  return a === null || b === null ? (a === null) - (b === null) : b - a;
}

function sort(table, column, header) {
  const rows = [...table.tBodies[0].rows];
  const isBackwards = header.getAttribute("aria-sort") === "descending";
  const isNumber = header.classList.contains("number");
  // A row for all of them stays last.
  const total = (row) => row.cells[0].textContent === "All";
  rows.sort((a, b) => total(a) - total(b)
    || compare(a.cells[column], b.cells[column], isNumber) * (isBackwards ? -1 : 1));
  for (const each of table.tHead.rows[0].cells) each.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", isBackwards ? "ascending" : "descending");
  table.tBodies[0].append(...rows);
}

for (const table of document.querySelectorAll("main table")) {
  if (!table.tBodies.length || table.tBodies[0].rows.length < 2) continue;
  [...table.tHead.rows[0].cells].forEach((header, column) => {
    const button = document.createElement("button");
    button.append(...header.childNodes);
    button.addEventListener("click", () => sort(table, column, header));
    header.append(button);
  });
  if (table.tBodies[0].rows.length <= 8) continue;
  const field = document.createElement("input");
  field.type = "search";
  field.placeholder = "Only rows with ...";
  field.setAttribute("aria-label", "Only rows with this text");
  field.addEventListener("input", () => {
    const wanted = field.value.toLowerCase();
    for (const row of table.tBodies[0].rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
  });
  table.parentElement.before(field);
}

function unfold() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let each = target; each; each = each.parentElement) if (each.tagName === "DETAILS") each.open = true;
  if (target) target.scrollIntoView();
}
addEventListener("hashchange", unfold);
unfold();

const all = document.createElement("button");
const folded = [...document.querySelectorAll("main details")];
all.textContent = "Unfold all";
all.addEventListener("click", () => {
  const isOpen = all.textContent === "Unfold all";
  for (const each of folded) each.open = isOpen;
  all.textContent = isOpen ? "Fold all" : "Unfold all";
});
if (folded.length) document.querySelector("nav")?.append(all);
