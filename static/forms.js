// What every page's forms do a little better with a script. Each works without.
"use strict";
(() => {
  // A form is sent once: a second click while the first is on its way does nothing.
  const release = (form) => {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("button[aria-disabled]")) {
      button.removeAttribute("aria-disabled");
      if (button.dataset.label) button.textContent = button.dataset.label;
    }
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-once]")) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    const button = event.submitter;
    if (!button) return;
    button.setAttribute("aria-disabled", "true");
    if (button.dataset.busy && !button.formAction.endsWith("/trade/review")) {
      button.dataset.label = button.textContent;
      button.textContent = button.dataset.busy;
    }
  });
  // A page that comes back from the history can be used again.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(release);
  });

  for (const button of document.querySelectorAll("[data-reveal]")) {
    const input = document.getElementById(button.dataset.reveal);
    const name = input.labels[0]?.textContent.toLowerCase() ?? "password";
    const draw = (shown) => {
      input.type = shown ? "text" : "password";
      button.textContent = shown ? "Hide" : "Show";
      button.setAttribute("aria-pressed", String(shown));
      button.setAttribute("aria-label", `${shown ? "Hide" : "Show"} ${name}`);
    };
    button.hidden = false;
    draw(false);
    button.addEventListener("click", () => draw(input.type === "password"));
    // Password managers and history look for the type at the moment of sending.
    input.form.addEventListener("submit", () => draw(false));
  }

  // A button that says the amount it moves.
  for (const button of document.querySelectorAll("[data-says]")) {
    const input = document.getElementById(button.dataset.saysFrom);
    const plain = button.textContent;
    const draw = () => {
      const text = input.value.trim().replace(/^\$/, "");
      const amount = /^(\d+|\d{1,3}(,\d{3})+)(\.\d{1,2})?$/.test(text) && /[1-9]/.test(text) ? text : null;
      if (amount === null || amount.length > 18) {
        button.textContent = plain;
        return;
      }
      const [whole, fraction = ""] = amount.replaceAll(",", "").split(".");
      const grouped = whole.replace(/^0+(?=\d)/, "").replace(/\B(?=(\d{3})+$)/g, ",");
      button.textContent = button.dataset.says.replace("{amount}", `$${grouped}.${fraction.padEnd(2, "0")}`);
    };
    input.addEventListener("input", draw);
    draw();
  }

  // The first thing after a form came back is what was wrong with it.
  document.querySelector("[data-focus]")?.focus();

  // While every column of a long table is in sight, the page scrolls instead of the table, under heads that stay.
  for (const scroll of document.querySelectorAll("[data-heads]")) {
    const fit = () => scroll.toggleAttribute("data-fits", scroll.firstElementChild.offsetWidth <= scroll.clientWidth);
    new ResizeObserver(fit).observe(scroll);
    fit();
  }

  for (const menu of document.querySelectorAll("[data-menu]")) {
    // Whoever walks on by keys leaves it behind. A focus that goes nowhere is a click, which is looked at below.
    menu.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
    });
    document.addEventListener("click", (event) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
    menu.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && menu.open) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    });
  }
})();
