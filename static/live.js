// Prices as they move: one socket, the newest state, and a badge that says how things stand.
"use strict";
(() => {
  const exact = window.tradefloor;
  const badge = document.querySelector("[data-badge]");
  const words = badge.querySelector("[data-badge-words]");
  const spoken = document.querySelector("[data-badge-spoken]");
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");
  const FEW_SYMBOLS = 20;
  const SILENCE = 10000;
  const HIDDEN_FOR = 60000;

  const MOST_SYMBOLS = 200;

  const holders = new Map();
  const hold = (element) => {
    const symbol = element.dataset.symbol;
    if (!holders.has(symbol)) holders.set(symbol, []);
    holders.get(symbol).push(element);
  };
  for (const element of document.querySelectorAll("[data-symbol]")) hold(element);
  const ticket = document.querySelector("[data-ticket]");
  const anySymbol = ticket && !ticket.querySelector('input[type="hidden"][name="symbol"]');
  if (holders.size === 0 && !ticket) return;

  // ---- what a frame says; the only place that knows the protocol ----
  const read = (text) => {
    const frame = JSON.parse(text);
    if (frame.type === "error") return { kind: "error" };
    const feed = frame.feed ?? {};
    return {
      kind: frame.type,
      sequence: frame.sequence,
      previous: frame.previous,
      state: feed.state ?? "live",
      overFor: feed.over_ms ?? 0,
      opens: feed.opens ?? null,
      watching: frame.watching,
      statuses: (frame.rates ?? []).map(({ symbol, halted, listed }) => ({ symbol, halted: halted ?? null, listed: listed ?? true })),
      rates: (frame.rates ?? []).filter((rate) => rate.last !== null && rate.bid !== null).map((rate) => ({
        symbol: rate.symbol,
        bid: exact.units(rate.bid, 4),
        ask: exact.units(rate.ask, 4),
        last: exact.units(rate.last, 4),
        change: exact.units(rate.change, 4),
        percent: exact.units(rate.change_percent, 2),
        previousClose: exact.units(rate.previous_close, 4),
        volume: BigInt(rate.volume),
        age: frame.clock_ms === undefined ? 0 : Math.max(0, frame.clock_ms - rate.received_ms),
        time: rate.time,
      })),
    };
  };

  // ---- the badge ----
  let standing = { state: "connecting", since: Date.now() };
  const span = (milliseconds) => {
    const seconds = Math.max(0, Math.floor(milliseconds / 1000));
    if (seconds < 60) return `${seconds} s`;
    if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
    return seconds < 86400 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86400)} d`;
  };
  // By the reader's own clock; the page as it came says it by the market's.
  const opening = (moment) =>
    new Date(moment).toLocaleString(undefined, { weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZoneName: "short" });
  const drawBadge = () => {
    const text = {
      connecting: () => "Connecting…",
      live: () => "Live",
      starting: () => "Waiting for prices",
      reconnecting: () => "Reconnecting…",
      stopped: () => `Stopped ${span(Date.now() - standing.since)} ago`,
      ended: () => "Recording ended",
      paused: () => "Paused",
      closed: () => (standing.opens ? `Closed until ${opening(standing.opens)}` : "Closed"),
    }[standing.state]?.() ?? "Live";
    if (words.textContent !== text) words.textContent = text;
    badge.dataset.state = standing.state;
  };
  const stand = (state, since = Date.now(), opens = null) => {
    const turned = standing.state !== state;
    standing = { state, since, opens };
    drawBadge();
    if (turned && spoken) spoken.textContent = state === "stopped" ? "Prices have stopped" : words.textContent;
    if (turned) document.dispatchEvent(new CustomEvent("market"));
  };

  // ---- cells ----
  let washes = {};
  const flash = (cell, direction) => {
    if (still.matches || direction === 0n) return;
    cell.animate({ backgroundColor: [direction > 0n ? washes.rise : washes.fall, "transparent"] }, { duration: 1100, easing: "ease-out" });
  };
  const known = new WeakMap();
  const write = (element, field, number, draw, flashes = false) => {
    for (const cell of element.querySelectorAll(`[data-field="${field}"]`)) {
      const before = known.get(cell);
      if (before === number) continue;
      known.set(cell, number);
      const content = draw(number);
      if (typeof content === "string") cell.textContent = content;
      else cell.replaceChildren(content);
      if (flashes && before !== undefined) flash(cell, number > before ? 1n : -1n);
    }
  };
  const change = (text) => (number) => exact.changeNode(number, text(number));
  const signed = (text) => (number) => exact.signed(number, text(number));

  // ---- lines: one price for every so many seconds of the market's own time, as the server draws them ----
  const FEWEST_KEPT = 40;
  const lines = new WeakMap();
  const drawLine = (svg, price, time, change) => {
    const box = svg.viewBox.baseVal;
    const margin = Number(svg.dataset.margin);
    const room = box.height - 2 * margin;
    if (!lines.has(svg)) {
      const low = Number(svg.dataset.low);
      const span = Number(svg.dataset.high) - low;
      const heights = [...svg.querySelector("polyline").points].map((point) => point.y);
      lines.set(svg, { values: heights.map((y) => low + ((box.height - margin - y) * span) / room), bucket: null });
    }
    const drawn = lines.get(svg);
    const bucket = Math.floor(Date.parse(time) / (1000 * Number(svg.dataset.every)));
    const kept = Math.max(FEWEST_KEPT, drawn.values.length);
    if (drawn.bucket !== null && bucket > drawn.bucket) drawn.values.push(price);
    else drawn.values[drawn.values.length - 1] = price;
    drawn.bucket = bucket;
    drawn.values = drawn.values.slice(-kept);
    const low = Math.min(...drawn.values);
    const high = Math.max(...drawn.values);
    const steps = drawn.values.length - 1;
    const points = drawn.values.map((value, index) => {
      const height = high === low ? room / 2 : ((high - value) * room) / (high - low);
      return `${Math.floor((index * box.width) / steps)},${Math.round(height + margin)}`;
    }).join(" ");
    svg.querySelector("polyline").setAttribute("points", points);
    svg.querySelector("polygon")?.setAttribute("points", `0,${box.height} ${points} ${box.width},${box.height}`);
    const way = Math.sign(change === null ? drawn.values[steps] - drawn.values[0] : Number(change));
    for (const [name, sign] of [["rise", 1], ["flat", 0], ["fall", -1]]) svg.classList.toggle(name, way === sign);
  };

  const ages = new Map();
  const drawRate = (element, rate) => {
    write(element, "last", rate.last, exact.price, true);
    write(element, "bid", rate.bid, exact.price, true);
    write(element, "ask", rate.ask, exact.price, true);
    if (rate.change !== null) write(element, "change", rate.change, change(exact.price));
    if (rate.percent !== null) {
      write(element, "change-percent", rate.percent, change(exact.percent));
      write(element, "change-percent-plain", rate.percent, signed(exact.percent));
    }
    if (rate.previousClose !== null) write(element, "previous-close", rate.previousClose, exact.price);
    write(element, "volume", rate.volume, (volume) => exact.show(volume, 0, 0));
    for (const svg of element.querySelectorAll("svg[data-low]")) drawLine(svg, Number(rate.last), rate.time, rate.change);
    const age = element.querySelector('[data-field="age"]');
    if (age) ages.set(age, { since: Date.now() - rate.age, time: rate.time });
  };

  // ---- what may be traded ----
  const drawStatus = (element, status) => {
    const halt = element.querySelector("[data-halt]");
    if (!halt) return;
    halt.hidden = status.halted === null;
    const reason = halt.querySelector("[data-halt-reason]");
    if (status.halted !== null && reason.textContent !== status.halted) reason.textContent = status.halted;
  };
  // A row that came later is drawn as far as anything is known of it.
  exact.hold = (element) => {
    hold(element);
    const symbol = element.dataset.symbol;
    if (exact.statuses.has(symbol)) drawStatus(element, exact.statuses.get(symbol));
    if (exact.rates.has(symbol)) drawRate(element, exact.rates.get(symbol));
  };

  // ---- what is held ----
  const totals = document.querySelector("[data-totals]");
  const total = totals && Object.fromEntries(Object.entries(totals.dataset).map(([name, text]) => [name, exact.units(text, 2)]));
  const held = [...document.querySelectorAll("[data-quantity][data-value]")].map((element) => ({
    element,
    symbol: element.dataset.symbol,
    quantity: exact.units(element.dataset.quantity, 9),
    cost: exact.units(element.dataset.cost, 2),
    first: exact.units(element.dataset.value, 2),
    day: element.dataset.day === undefined ? null : exact.units(element.dataset.day, 2),
    dayFirst: exact.units(element.dataset.value, 2),
    value: exact.units(element.dataset.value, 2),
    previousClose: null,
  }));
  // When the market's day turns, what was gained in the one before is over, and today's gain begins at its close.
  const turnDay = () => {
    const turned = held.filter(({ symbol, previousClose }) => {
      const close = exact.rates.get(symbol)?.previousClose ?? null;
      return previousClose !== null && close !== null && close !== previousClose;
    });
    for (const holding of held) {
      const close = exact.rates.get(holding.symbol)?.previousClose ?? null;
      if (close === null) continue;
      holding.previousClose = close;
      if (turned.length === 0) continue;
      holding.day = holding.day === null ? null : 0n;
      holding.dayFirst = exact.value(exact.notional(close, holding.quantity));
    }
    if (turned.length === 0 || !total) return;
    total.day = 0n;
    total.dayBase = held.reduce((sum, { dayFirst, first }) => sum + dayFirst - first, total.total);
  };
  const drawHeld = () => {
    turnDay();
    for (const holding of held) {
      const rate = exact.rates.get(holding.symbol);
      if (!rate) continue;
      holding.value = exact.value(exact.notional(rate.last, holding.quantity));
      const gain = holding.value - holding.cost;
      const element = holding.element;
      write(element, "value", holding.value, exact.money, true);
      if (holding.day !== null) write(element, "day", holding.day + holding.value - holding.dayFirst, change(exact.money));
      write(element, "gain", gain, change(exact.money));
      const points = exact.basisPoints(gain, holding.cost);
      if (points !== null) write(element, "gain-percent", points, signed(exact.percent));
    }
    if (!total) return;
    const moved = held.reduce((sum, holding) => sum + holding.value - holding.first, 0n);
    const movedToday = held.reduce((sum, holding) => sum + holding.value - holding.dayFirst, 0n);
    const everything = total.total + moved;
    for (const holding of held) {
      const weight = exact.basisPoints(holding.value, everything);
      if (weight !== null) write(holding.element, "weight", weight, exact.percent);
    }
    const foot = document.querySelector(".holdings tfoot");
    const both = [totals, foot].filter(Boolean);
    for (const place of both) {
      write(place, "total", everything, exact.dollars);
      write(place, "invested", total.invested + moved, exact.dollars);
      write(place, "invested-plain", total.invested + moved, exact.money);
      for (const [name, base, since] of [["day", total.dayBase, movedToday], ["return", total.returnBase, moved], ["unrealised", total.unrealisedBase, moved]]) {
        const amount = total[name] + since;
        write(place, name, amount, change(exact.money));
        const points = exact.basisPoints(amount, base);
        if (points !== null) write(place, `${name}-percent`, points, signed(exact.percent));
      }
    }
  };

  // ---- the socket ----
  let socket = null;
  let sequence = null;
  let attempt = 0;
  let retry = 0;
  let heard = Date.now();
  let asleep = 0;

  // The symbols of this page when they are few; nothing for the whole market, which costs the server least.
  const watched = (() => {
    const symbols = new Set(holders.keys());
    if (ticket && !anySymbol) symbols.add(ticket.querySelector('[name="symbol"]').value);
    // What is no longer listed is told only to those who ask for it.
    const few = document.querySelector("[data-delisted]") ? MOST_SYMBOLS : FEW_SYMBOLS;
    const everything = anySymbol || document.querySelector("[data-everything]") !== null;
    return everything || symbols.size > few ? null : [...symbols];
  })();
  const address = () => {
    const url = new URL("/rates/live", window.location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    if (watched) url.searchParams.set("symbols", watched.join(","));
    return url;
  };

  const take = (frame) => {
    if (frame.kind === "error") return;
    if (frame.kind === "changes" && sequence !== null && frame.previous !== sequence) {
      socket.send(JSON.stringify({ type: "subscribe", ...(watched && { symbols: watched }) }));
      sequence = null;
      return;
    }
    if (frame.kind === "changes" && sequence === null) return;
    sequence = frame.sequence;
    stand(frame.state, Date.now() - frame.overFor, frame.opens);
    if (frame.statuses.length === 0 && frame.kind !== "snapshot") return;
    for (const status of frame.statuses) {
      exact.statuses.set(status.symbol, status);
      for (const element of holders.get(status.symbol) ?? []) drawStatus(element, status);
    }
    if (frame.kind === "snapshot" && frame.watching === "everything") exact.listed = new Set(frame.statuses.map(({ symbol }) => symbol));
    const style = getComputedStyle(document.documentElement);
    washes = { rise: style.getPropertyValue("--rise-wash"), fall: style.getPropertyValue("--fall-wash") };
    for (const rate of frame.rates) {
      exact.rates.set(rate.symbol, rate);
      for (const element of holders.get(rate.symbol) ?? []) drawRate(element, rate);
    }
    drawHeld();
    document.dispatchEvent(new CustomEvent("rates", { detail: frame.kind }));
  };

  const connect = () => {
    clearTimeout(retry);
    sequence = null;
    heard = Date.now();
    const mine = new WebSocket(address());
    socket = mine;
    mine.addEventListener("message", (event) => {
      if (mine !== socket) return;
      heard = Date.now();
      const frame = read(event.data);
      if (frame.kind === "snapshot") attempt = 0;
      take(frame);
    });
    mine.addEventListener("close", () => {
      if (mine === socket) lost();
    });
  };

  // Without a socket: come back after a random wait whose limit doubles, so that a restart is not met by everyone at once.
  const lost = () => {
    socket = null;
    if (document.hidden && asleep) return;
    stand("reconnecting");
    const limit = Math.min(30000, 1000 * 2 ** attempt);
    attempt += 1;
    retry = setTimeout(connect, 100 + Math.random() * limit);
  };

  // A page nobody looks at lets go of its socket, and takes it up again when somebody does.
  let hiding = 0;
  document.addEventListener("visibilitychange", () => {
    clearTimeout(hiding);
    if (document.hidden) {
      hiding = setTimeout(() => {
        asleep = 1;
        clearTimeout(retry);
        socket?.close();
      }, HIDDEN_FOR);
    } else if (!socket) {
      asleep = 0;
      attempt = 0;
      connect();
    }
  });
  window.addEventListener("online", () => {
    if (!socket) connect();
  });
  window.addEventListener("pagehide", () => {
    const mine = socket;
    socket = null;
    clearTimeout(retry);
    mine?.close();
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted && !socket) connect();
  });

  setInterval(() => {
    if (document.hidden) return;
    if (standing.state === "stopped") drawBadge();
    for (const [cell, { since, time }] of ages) {
      const seconds = Math.floor((Date.now() - since) / 1000);
      const moment = cell.querySelector("time") ?? cell.appendChild(document.createElement("time"));
      const text = seconds < 1 ? "just now" : `${span(seconds * 1000)} ago`;
      if (moment.textContent !== text) moment.textContent = text;
      if (time && moment.dateTime !== time) {
        moment.dateTime = time;
        moment.title = time;
      }
    }
    if (socket && Date.now() - heard > SILENCE) {
      const dead = socket;
      lost();
      dead.close();
    }
  }, 1000);

  connect();
})();
