// What the back office's lists do a little better with a script. Each works without.
"use strict";
(() => {
  // While every column is in sight, the page scrolls instead of the table, under heads that stay.
  const rows = document.querySelector(".browse-scroll");
  if (rows) {
    const fit = () => rows.toggleAttribute("data-fits", rows.firstElementChild.offsetWidth <= rows.clientWidth);
    new ResizeObserver(fit).observe(rows);
    fit();
  }
})();

// A selection of rows.
(() => {
  const form = document.querySelector("[data-selection]");
  if (!form) return;
  const boxes = [...form.querySelectorAll('tbody input[type="checkbox"]')];
  const said = form.querySelector("[data-selected]");

  // One box selects all rows of the page, or none.
  const all = document.createElement("input");
  all.type = "checkbox";
  all.setAttribute("aria-label", "Select all rows on this page");
  form.querySelector("th.pick").replaceChildren(all);

  const tell = () => {
    const count = boxes.filter((box) => box.checked).length;
    all.checked = count === boxes.length;
    all.indeterminate = count > 0 && count < boxes.length;
    said.textContent = count === 0 ? "" : `${count} selected`;
    for (const box of boxes) box.closest("tr").toggleAttribute("data-picked", box.checked);
  };
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    tell();
  });

  // With the shift key held, everything between two boxes.
  let last = null;
  form.addEventListener("click", (event) => {
    const index = boxes.indexOf(event.target);
    if (index < 0) return;
    if (event.shiftKey && last !== null) {
      const [from, to] = [Math.min(last, index), Math.max(last, index)];
      for (const box of boxes.slice(from, to + 1)) box.checked = event.target.checked;
    }
    last = index;
    tell();
  });
  form.addEventListener("change", tell);
  window.addEventListener("pageshow", tell);
})();
