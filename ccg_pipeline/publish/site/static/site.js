// Sorting and filtering: what a page does more where scripts run. Nothing of a page depends on it.
"use strict";
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  table.querySelectorAll("thead th").forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      const value = (row) => {
        const own = row.cells[column];
        const cell = own.classList.contains("draw") && !own.dataset.value ? row.cells[column - 1] : own, number = parseFloat(cell.dataset.value);
        return Number.isNaN(number) ? (cell.dataset.value ? Infinity : cell.textContent.trim()) : number;
      };
      const compare = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b)));
      const rows = [...body.rows].sort((a, b) => (up ? 1 : -1) * compare(value(a), value(b)));
      table.querySelectorAll("thead th").forEach((one) => one.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      body.append(...rows);
    });
  });
}
for (const place of document.querySelectorAll("[data-filter]")) {
  const list = document.getElementById(place.dataset.filter);
  const rows = () => (list.tBodies ? list.tBodies[0].rows : list.children);
  const label = document.createElement("label"), input = document.createElement("input");
  label.textContent = "Show only names or codes with ";
  input.type = "search";
  label.append(input);
  place.append(label);
  input.addEventListener("input", () => {
    const sought = input.value.trim().toLowerCase();
    for (const row of rows()) row.hidden = !row.textContent.toLowerCase().includes(sought);
  });
}
