// The rates: find as you type, sort without a reload, follow the list as it changes.
"use strict";
(() => {
  const exact = window.tradefloor;
  const table = document.querySelector("[data-sortable]");
  const find = document.querySelector("[data-find]");
  const body = table?.tBodies[0];

  // ---- find ----
  const input = find.elements.namedItem("q");
  const count = document.querySelector("[data-count]");
  const nothing = document.querySelector("[data-nothing]");
  const sought = (row) => {
    const { children } = row.querySelector("th .instrument");
    return [...children].map((part) => part.textContent).concat(row.dataset.sector).join(" ").toLowerCase();
  };
  const asked = input.value.trim().toLowerCase();
  const narrow = () => {
    const terms = input.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of body.rows) {
      const text = sought(row);
      row.hidden = !terms.every((term) => text.includes(term));
      if (!row.hidden) shown += 1;
    }
    table.hidden = shown === 0;
    nothing.hidden = shown > 0;
    const name = nothing.querySelector("[data-nothing-query]");
    if (name) name.textContent = input.value.trim();
    const total = Number(count.dataset.total);
    const all = total === 1 ? "1 instrument" : `${total} instruments`;
    count.textContent = shown === total ? all : `${shown} of ${all}`;
  };
  if (table && asked === "") {
    find.querySelector("[data-find-button]").hidden = true;
    input.addEventListener("input", narrow);
    find.addEventListener("submit", (event) => event.preventDefault());
    window.addEventListener("pageshow", narrow);
  }

  // ---- sort ----
  const text = (row, column) => {
    if (column === "symbol") return row.dataset.symbol;
    if (column === "sector") return row.dataset.sector;
    return row.querySelector(`[data-field="${column === "percent" ? "change-percent" : column}"]`)?.textContent ?? "";
  };
  const number = (shown) => {
    const plain = shown.replace(/\u2212/g, "-").replace(/[^0-9.\-]/g, "");
    return plain === "" ? null : Number(plain);
  };
  const sorted = find.elements.namedItem("sort");
  const order = find.elements.namedItem("order");
  const inWords = (column) => column === "symbol" || column === "sector";
  // The other way round than it is, and numbers first from high to low.
  const turned = (head) => {
    const before = head.getAttribute("aria-sort");
    return before === "none" ? !inWords(head.dataset.column) : before === "ascending";
  };
  const sort = (head, descending) => {
    const column = head.dataset.column;
    const words = inWords(column);
    const keyed = [...body.rows].map((row) => ({ row, key: words ? text(row, column) : number(text(row, column)) }));
    keyed.sort((one, other) => {
      if (one.key === null || other.key === null) return (one.key === null) - (other.key === null);
      const way = words ? one.key.localeCompare(other.key) : one.key - other.key;
      return descending ? -way : way;
    });
    body.append(...keyed.map(({ row }) => row));
    for (const other of table.querySelectorAll("[data-column]")) other.setAttribute("aria-sort", "none");
    head.setAttribute("aria-sort", descending ? "descending" : "ascending");
    const url = new URL(window.location.href);
    url.searchParams.set("sort", column);
    url.searchParams.set("order", descending ? "desc" : "asc");
    window.history.replaceState(null, "", url);
    sorted.value = column;
    order.value = descending ? "desc" : "asc";
  };
  // On a narrow screen the heads are not there to be clicked.
  for (const choice of [sorted, order]) {
    choice.addEventListener("change", () => {
      const head = table?.querySelector(`[data-column="${sorted.value}"]`);
      if (head) sort(head, order.value === "desc");
      else find.submit();
    });
  }
  // ---- follow the list ----
  const relisted = document.querySelector("[data-relisted]");
  let asking = false;
  const rowOf = (within, symbol) => within.querySelector(`tr[data-symbol="${CSS.escape(symbol)}"]`);
  const follow = async () => {
    if (asking) return;
    const gone = (symbol) => (exact.listed ? !exact.listed.has(symbol) : exact.statuses.get(symbol)?.listed === false);
    for (const row of [...body.rows]) {
      if (gone(row.dataset.symbol)) row.remove();
    }
    const missing = [...(exact.listed ?? [])].filter((symbol) => !rowOf(body, symbol));
    if (missing.length > 0) {
      // Names and sectors do not travel with prices; the page itself has them.
      asking = true;
      try {
        const answer = await fetch(window.location.href, { credentials: "same-origin" });
        if (!answer.ok) throw new Error(String(answer.status));
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        for (const symbol of missing) {
          const found = rowOf(page, symbol);
          if (!found) continue;
          const next = found.nextElementSibling && rowOf(body, found.nextElementSibling.dataset.symbol);
          const row = document.importNode(found, true);
          body.insertBefore(row, next);
          exact.hold(row);
        }
      } catch {
        relisted.hidden = false;
      }
      asking = false;
    }
    // A page that was filtered before it came does not know of all there are.
    if (table.matches("[data-everything]")) count.dataset.total = String(body.rows.length);
    narrow();
  };
  document.addEventListener("rates", ({ detail }) => {
    if (table && detail === "snapshot") follow();
  });

  table?.tHead.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    const head = link.closest("th");
    sort(head, turned(head));
  });
})();
