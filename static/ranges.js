// The day's range and the year's, as prices reach beyond them.
"use strict";
(() => {
  const exact = window.tradefloor;
  const spans = [...document.querySelectorAll("[data-span]")].map((element) => ({
    element,
    symbol: element.closest("[data-symbol]").dataset.symbol,
    low: exact.units(element.dataset.lowest, 4),
    high: exact.units(element.dataset.highest, 4),
    ofDay: element.dataset.span === "day",
    volume: null,
  }));
  const write = (element, text) => {
    if (element.textContent !== text) element.textContent = text;
  };
  const draw = () => {
    for (const span of spans) {
      const rate = exact.rates.get(span.symbol);
      if (!rate) continue;
      // A volume that begins again is another day.
      if (span.ofDay && span.volume !== null && rate.volume < span.volume) span.low = span.high = rate.last;
      span.volume = rate.volume;
      if (rate.last < span.low) span.low = rate.last;
      if (rate.last > span.high) span.high = rate.last;
      write(span.element.querySelector("[data-span-low]"), exact.price(span.low));
      write(span.element.querySelector("[data-span-high]"), exact.price(span.high));
      const mark = span.element.querySelector("[data-span-mark]");
      const room = Number(mark.dataset.room);
      const width = span.high - span.low;
      const place = width > 0n ? Number(((rate.last - span.low) * BigInt(room)) / width) : room / 2;
      mark.setAttribute("x", String(Math.round(place)));
    }
  };
  document.addEventListener("rates", draw);
})();
