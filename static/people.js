// What the pages about people do a little better with a script. Each works without.
"use strict";
(() => {
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }

  // A file is put where its text could have been pasted, so that it can be looked at before it is sent.
  for (const picker of document.querySelectorAll("[data-fills]")) {
    const area = document.getElementById(picker.dataset.fills);
    picker.closest("[hidden]").hidden = false;
    picker.addEventListener("change", async () => {
      const file = picker.files[0];
      if (!file) return;
      const said = document.getElementById(picker.dataset.tells);
      if (file.size > Number(picker.dataset.most)) {
        said.textContent = "That file is too large for a list of 500 people.";
        return;
      }
      area.value = await file.text();
      const lines = area.value.split(/\r\n?|\n/).filter((line) => line.trim() !== "").length;
      said.textContent = `Loaded ${file.name} (${lines} ${lines === 1 ? "line" : "lines"}). Check the list, then review.`;
      area.focus();
    });
  }
})();
