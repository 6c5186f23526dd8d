// Where the sections of the back office do not fit beside each other, the one that is open is in sight.
"use strict";
(() => {
  const bar = document.querySelector(".office-sections");
  const open = bar?.querySelector("[aria-current]");
  if (!open) return;
  const [sections, section] = [bar.getBoundingClientRect(), open.getBoundingClientRect()];
  bar.scrollLeft += section.left - sections.left - (sections.width - section.width) / 2;
})();
