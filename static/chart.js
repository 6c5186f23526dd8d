// The chart of a stock: a line or candles, in place of the picture that the page comes with.
"use strict";
(() => {
  const figure = document.querySelector("[data-chart]");
  const library = window.LightweightCharts;
  if (!figure || !library) return;
  const exact = window.tradefloor;
  const { of: symbol, zone, candles: address } = figure.dataset;
  const recording = "recording" in figure.dataset;
  const box = figure.querySelector("[data-chart-box]");
  const legend = figure.querySelector("[data-chart-legend]");
  const spoken = figure.querySelector("[data-chart-spoken]");
  const nothing = figure.querySelector("[data-chart-nothing]");
  const file = figure.querySelector("[data-chart-file]");
  const kinds = figure.querySelector("[data-chart-kinds]");
  const ranges = [...figure.querySelectorAll("a[data-range]")];
  const SPANS = { "1m": 60, "5m": 300, "1h": 3600, "1d": 86400 };
  const PATIENCE = 15000;
  const RELOAD_EVERY = 20000;
  const FRESH = 5000;
  const ROOM = 120;
  const MINUTES_TOGETHER = 15 * 60;
  const UNNOTICED = 10;
  const KEPT = "tradefloor-chart";

  // ---- what is shown ----
  let range = figure.dataset.range;
  let kind = "line";
  try {
    if (window.localStorage.getItem(KEPT) === "candles") kind = "candles";
  } catch {
    // Without a memory every page begins with the line.
  }
  let timeframe = null;
  let candles = [];
  let span = null;
  let most = 0;
  let pointed = null;

  // ---- words ----
  const units = (price) => BigInt(Math.round(price * 10000));
  const priced = (price) => exact.price(units(price));
  const form = (options, within = zone) => new Intl.DateTimeFormat("en-GB", { timeZone: within, ...options });
  const forms = {
    day: form({ day: "numeric", month: "short", year: "numeric" }, "UTC"),
    minute: form({ day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }),
    ticks: {
      intraday: [
        form({ year: "numeric" }), form({ month: "short" }), form({ day: "numeric", month: "short" }),
        form({ hour: "2-digit", minute: "2-digit" }), form({ hour: "2-digit", minute: "2-digit", second: "2-digit" }),
      ],
      daily: [form({ year: "numeric" }, "UTC"), form({ month: "short" }, "UTC"), form({ day: "numeric", month: "short" }, "UTC")],
    },
  };
  const daily = () => timeframe === "1d";
  const moment = (time) => (daily() ? forms.day : forms.minute).format(time * 1000);
  const tick = (time, type) => {
    const known = daily() ? forms.ticks.daily : forms.ticks.intraday;
    return known[Math.min(type, known.length - 1)].format(time * 1000);
  };
  const words = () => ranges.find((link) => link.dataset.range === range)?.dataset.words ?? range;
  // A range that lacks more than a little at its beginning is not named after what it would be.
  const late = () => candles.length > 0 && span !== null && (candles[0].time - span.from) * UNNOTICED > span.until - span.from;
  const period = () => (late() ? `Since ${moment(candles[0].time)}` : `Past ${words()}`);

  // A day of single minutes is a smear of candles; as a line it is none.
  const gathers = () => kind === "candles" && timeframe === "1m";
  const bucket = (candle) => Math.floor(candle.time / MINUTES_TOGETHER);
  const together = (some) => ({
    time: bucket(some[0]) * MINUTES_TOGETHER,
    open: some[0].open,
    high: Math.max(...some.map((candle) => candle.high)),
    low: Math.min(...some.map((candle) => candle.low)),
    close: some[some.length - 1].close,
    volume: some.reduce((sum, candle) => sum + candle.volume, 0),
  });
  const drawnCandles = () => {
    if (!gathers()) return candles;
    const groups = [];
    for (const candle of candles) {
      const open = groups[groups.length - 1];
      if (open && bucket(open[0]) === bucket(candle)) open.push(candle);
      else groups.push([candle]);
    }
    return groups.map(together);
  };
  const lastDrawn = () => {
    const last = candles[candles.length - 1];
    return gathers() ? together(candles.filter((candle) => bucket(candle) === bucket(last))) : last;
  };
  const outline = () => {
    const first = candles[0].open;
    const last = candles[candles.length - 1].close;
    const low = candles.reduce((found, candle) => Math.min(found, candle.low), Infinity);
    const high = candles.reduce((found, candle) => Math.max(found, candle.high), -Infinity);
    return { first, last, low, high };
  };
  const sentence = () => {
    if (candles.length === 0) return nothing.textContent;
    const { first, last, low, high } = outline();
    const since = late() ? `since ${moment(candles[0].time)}` : `over the past ${words()}`;
    return `${symbol} ${since}: first ${priced(first)}, last ${priced(last)}, lowest ${priced(low)}, highest ${priced(high)}.`;
  };
  const part = (name, value) => {
    const item = document.createElement("span");
    const label = document.createElement("span");
    label.className = "muted";
    label.textContent = name;
    item.append(label, " ", value);
    return item;
  };
  const drawLegend = () => {
    if (candles.length === 0) {
      legend.replaceChildren();
      return;
    }
    if (pointed) {
      legend.replaceChildren(
        part(moment(pointed.time), ""), part("Open", priced(pointed.open)), part("High", priced(pointed.high)), part("Low", priced(pointed.low)),
        part("Close", priced(pointed.close)), part("Volume", exact.show(BigInt(pointed.volume), 0, 0)),
      );
      return;
    }
    const { first, last, low, high } = outline();
    const moved = units(last) - units(first);
    const change = part(period(), exact.changeNode(moved, exact.price(moved)));
    const points = exact.basisPoints(moved, units(first));
    if (points !== null) {
      const share = document.createElement("span");
      share.className = "percent";
      share.textContent = exact.signed(points, exact.percent(points));
      change.append(" ", share);
    }
    legend.replaceChildren(change, part("Low", priced(low)), part("High", priced(high)));
  };

  // ---- the chart itself, made when there is something to draw ----
  let chart = null;
  let prices = null;
  let volumes = null;
  const colours = () => {
    const style = getComputedStyle(document.documentElement);
    const named = (name) => style.getPropertyValue(`--${name}`).trim();
    return {
      surface: named("surface"), soft: named("soft"), line: named("line"), strong: named("line-strong"), rise: named("rise"), fall: named("fall"),
      riseWash: named("rise-wash"), fallWash: named("fall-wash"), volume: named("volume"), font: getComputedStyle(document.body).fontFamily,
    };
  };
  // Fading into plain transparency would darken on the way.
  const faded = (hex) => (/^#[0-9a-f]{6}$/i.test(hex) ? `${hex}00` : "transparent");
  const paint = () => {
    if (!chart) return;
    const colour = colours();
    chart.applyOptions({
      layout: { background: { type: "solid", color: colour.surface }, textColor: colour.soft, fontFamily: colour.font },
      grid: { vertLines: { visible: false }, horzLines: { color: colour.line } },
      timeScale: { borderColor: colour.line },
      crosshair: {
        vertLine: { color: colour.strong, labelBackgroundColor: colour.soft },
        horzLine: { color: colour.strong, labelBackgroundColor: colour.soft },
      },
    });
    volumes.applyOptions({ color: colour.volume });
    tinted = null;
    tint();
  };
  // Candles by what each did; the line by what all of them did.
  let tinted = null;
  const tint = () => {
    const { first, last } = outline();
    const wanted = kind === "candles" ? kind : last < first ? "fall" : "rise";
    if (wanted === tinted) return;
    tinted = wanted;
    const colour = colours();
    if (wanted === "candles") {
      // A rise is hollow and a fall is filled, so that colour is never the only sign.
      prices.applyOptions({
        upColor: colour.surface, borderUpColor: colour.rise, wickUpColor: colour.rise,
        downColor: colour.fall, borderDownColor: colour.fall, wickDownColor: colour.fall, priceLineColor: colour.strong,
      });
    } else {
      const [line, wash] = wanted === "fall" ? [colour.fall, colour.fallWash] : [colour.rise, colour.riseWash];
      prices.applyOptions({ lineColor: line, topColor: wash, bottomColor: faded(colour.surface), lineWidth: 2, priceLineColor: colour.strong });
    }
  };
  const asPrice = (candle) => (kind === "candles" ? candle : { time: candle.time, value: candle.close });
  const asVolume = (candle) => ({ time: candle.time, value: candle.volume });
  let drawn = [];
  const fillLast = () => {
    const last = lastDrawn();
    if (drawn[drawn.length - 1]?.time === last.time) drawn[drawn.length - 1] = last;
    else drawn.push(last);
    prices.update(asPrice(last));
    volumes.update(asVolume(last));
  };
  const fill = () => {
    drawn = drawnCandles();
    prices.setData(drawn.map(asPrice));
    volumes.setData(drawn.map(asVolume));
  };
  const addPrices = () => {
    if (prices) chart.removeSeries(prices);
    const fine = candles.some((candle) => candle.low < 1);
    const priceFormat = { type: "price", precision: fine ? 4 : 2, minMove: fine ? 0.0001 : 0.01 };
    prices = chart.addSeries(kind === "candles" ? library.CandlestickSeries : library.AreaSeries, { priceFormat });
    prices.priceScale().applyOptions({ scaleMargins: { top: 0.08, bottom: 0.24 }, borderVisible: false });
  };
  const make = () => {
    box.replaceChildren();
    chart = library.createChart(box, {
      autoSize: true,
      // The mark would bring an inline style, which the site forbids; the page carries the attribution itself.
      layout: { attributionLogo: false, fontSize: 12 },
      localization: { locale: "en-GB", timeFormatter: moment },
      timeScale: { tickMarkFormatter: tick, timeVisible: true, secondsVisible: false, minBarSpacing: 0.05, maxBarSpacing: 40, fixLeftEdge: true, fixRightEdge: true },
      // The wheel and a finger that moves up or down belong to the page.
      handleScroll: { mouseWheel: false, vertTouchDrag: false },
      handleScale: { mouseWheel: false },
    });
    volumes = chart.addSeries(library.HistogramSeries, { priceScaleId: "", priceFormat: { type: "volume" }, priceLineVisible: false, lastValueVisible: false });
    volumes.priceScale().applyOptions({ scaleMargins: { top: 0.82, bottom: 0 } });
    addPrices();
    // The scale of prices takes its room after the first drawing, and windows are resized.
    chart.timeScale().subscribeSizeChange(() => chart.timeScale().fitContent());
    chart.subscribeCrosshairMove(({ time }) => {
      pointed = time === undefined ? null : drawn.find((candle) => candle.time === time) ?? null;
      drawLegend();
    });
  };
  const drop = () => {
    chart?.remove();
    chart = null;
    prices = null;
    volumes = null;
    box.replaceChildren();
  };
  const describe = () => {
    figure.dataset.last = candles.length > 0 ? moment(candles[candles.length - 1].time) : "";
    box.setAttribute("aria-label", sentence());
    drawLegend();
  };
  const show = () => {
    pointed = null;
    box.hidden = candles.length === 0;
    nothing.hidden = candles.length > 0;
    if (candles.length === 0) {
      drop();
    } else {
      if (chart) addPrices();
      else make();
      fill();
      paint();
      chart.timeScale().fitContent();
    }
    describe();
    // For whoever waits for the chart: what is drawn now.
    figure.dataset.drawn = `${range} ${kind}`;
  };

  // ---- asking for candles ----
  let asking = null;
  let asked = 0;
  const ask = async (wanted, again) => {
    asking?.abort();
    const mine = new AbortController();
    asking = mine;
    asked = Date.now();
    const patience = setTimeout(() => mine.abort(), PATIENCE);
    try {
      const answer = await fetch(`${address}?range=${wanted}`, { signal: mine.signal, cache: again ? "no-cache" : "default" });
      if (!answer.ok) throw new Error(String(answer.status));
      const found = await answer.json();
      if (mine !== asking) return;
      timeframe = found.timeframe;
      candles = found.candles;
      span = { from: Date.parse(found.from) / 1000, until: Date.parse(found.to) / 1000 };
      most = candles.length + ROOM;
      stale = false;
      counted = null;
      turn(wanted);
      show();
      follow();
      spoken.classList.add("unseen");
      if (!again) spoken.textContent = sentence();
    } catch {
      if (mine === asking && !again) {
        spoken.classList.remove("unseen");
        spoken.textContent = `Could not load the ${wanted} chart.${wanted === range ? "" : ` Still showing ${range}.`} Try again.`;
      }
    } finally {
      clearTimeout(patience);
      if (mine === asking) asking = null;
    }
  };
  const turn = (wanted) => {
    range = wanted;
    for (const link of ranges) {
      const current = link.dataset.range === wanted;
      link.setAttribute("aria-pressed", String(current));
      link.classList.toggle("current", current);
    }
    file.href = `${address}?range=${wanted}&format=csv`;
  };

  // ---- the last candle moves with the market ----
  const dates = form({ year: "numeric", month: "numeric", day: "numeric" });
  const startOf = (text) => {
    // A moment of a recording is the end of what it tells of.
    const milliseconds = Date.parse(text) - (recording ? 1 : 0);
    if (!daily()) return Math.floor(milliseconds / 1000 / SPANS[timeframe]) * SPANS[timeframe];
    const parts = Object.fromEntries(dates.formatToParts(milliseconds).map(({ type, value }) => [type, Number(value)]));
    return Date.UTC(parts.year, parts.month - 1, parts.day) / 1000;
  };
  let counted = null;
  let stale = false;
  const reload = () => {
    if (!asking && !document.hidden && Date.now() - asked > RELOAD_EVERY) ask(range, true);
  };
  const follow = () => {
    const rate = exact.rates.get(symbol);
    if (!rate || timeframe === null) return;
    const traded = counted === null ? 0n : rate.volume < counted ? rate.volume : rate.volume - counted;
    counted = rate.volume;
    const price = Number(rate.last) / 10000;
    const start = startOf(rate.time);
    const last = candles[candles.length - 1];
    // What was missed is asked for rather than guessed; a market that was set back lives its past again.
    if (last && last.time - start > 2 * SPANS[timeframe]) stale = true;
    if (stale) reload();
    if (last && start < last.time - SPANS[timeframe]) return;
    if (last && start <= last.time) {
      last.high = Math.max(last.high, price);
      last.low = Math.min(last.low, price);
      last.close = price;
      last.volume = daily() ? Math.max(last.volume, Number(rate.volume)) : last.volume + Number(traded);
      fillLast();
    } else if (recording || traded > 0n || (last && price !== last.close)) {
      // A quote alone begins no candle.
      if (last && start - last.time > 2 * SPANS[timeframe]) stale = true;
      const volume = Number(daily() ? rate.volume : traded);
      candles.push({ time: start, open: price, high: price, low: price, close: price, volume });
      const full = candles.length > most;
      if (full) candles = candles.slice(ROOM);
      if (!chart || full) {
        show();
      } else {
        fillLast();
      }
    }
    if (chart) tint();
    describe();
  };

  // ---- controls ----
  for (const link of ranges) {
    link.setAttribute("role", "button");
    link.removeAttribute("aria-current");
    link.addEventListener("click", (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      const url = new URL(window.location.href);
      url.searchParams.set("range", link.dataset.range);
      window.history.replaceState(null, "", url);
      ask(link.dataset.range, false);
    });
    link.addEventListener("keydown", (event) => {
      if (event.key !== " ") return;
      event.preventDefault();
      link.click();
    });
  }
  const press = () => {
    for (const button of kinds.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.value === kind));
  };
  kinds.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button || button.value === kind) return;
    kind = button.value;
    try {
      window.localStorage.setItem(KEPT, kind);
    } catch {
      // It is forgotten with the page.
    }
    press();
    if (chart) show();
  });
  // The keys do what a pointer does: from candle to candle, or a tenth of the chart at once.
  const step = (key) => {
    const tenth = Math.max(1, Math.floor(drawn.length / 10));
    const place = pointed ? drawn.findIndex((candle) => candle.time === pointed.time) : drawn.length;
    return { ArrowLeft: place - 1, ArrowRight: place + 1, PageUp: place - tenth, PageDown: place + tenth, Home: 0, End: drawn.length - 1 }[key];
  };
  box.addEventListener("keydown", (event) => {
    const place = step(event.key);
    if (!chart || place === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    pointed = drawn[Math.max(0, Math.min(drawn.length - 1, place))];
    chart.setCrosshairPosition(pointed.close, pointed.time, prices);
    drawLegend();
    spoken.textContent = [...legend.children].map((item) => item.textContent.trim()).join(", ");
  });
  box.addEventListener("blur", () => {
    pointed = null;
    chart?.clearCrosshairPosition();
    drawLegend();
  });
  box.tabIndex = 0;
  kinds.hidden = false;
  press();
  turn(range);
  new MutationObserver(paint).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
  document.addEventListener("rates", ({ detail }) => {
    if (detail === "snapshot" && Date.now() - asked > FRESH) stale = true;
    follow();
  });
  ask(range, false);
})();
