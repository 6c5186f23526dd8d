// The ticket: what an order would cost and leave, as it is typed, to the cent.
"use strict";
(() => {
  const exact = window.tradefloor;
  const form = document.querySelector("[data-ticket]");
  if (!form) return;
  const field = (name) => form.elements.namedItem(name);
  const part = (name) => form.querySelector(`[data-estimate-value="${name}"]`);
  const name = (which) => form.querySelector(`[data-estimate-name="${which}"]`);
  const box = form.querySelector("[data-estimate]");
  const words = form.querySelector("[data-estimate-words]");
  const spoken = form.querySelector("[data-estimate-spoken]");
  const primary = form.querySelector("[data-primary]");
  const review = form.querySelector("[data-review]");
  const means = form.querySelector("[data-means]");
  const hindrance = form.querySelector("[data-hindrance]");
  const plain = primary.textContent;
  const badge = document.querySelector("[data-badge]");
  const cash = exact.units(form.dataset.cash, 2);
  const choices = new Map([...document.getElementById("symbols").options].map((option) => [option.value, option.dataset]));

  // What keeps an instrument, or any, from being traded as usual, as it is now or as the page came.
  const hindered = (symbol) => {
    const choice = choices.get(symbol);
    const known = exact.statuses.get(symbol);
    const halted = known ? known.halted : (choice?.halted ?? null);
    if (halted !== null) return { either: true, words: `Trading in ${symbol} is halted: ${halted}${/[.!?]$/.test(halted) ? "" : "."}` };
    if (badge.dataset.state === "paused") return { either: true, words: "Trading is paused. You can place orders when it resumes." };
    // Who watches everything is not told of what has gone from the list; it is missing from it.
    const gone = exact.listed !== null && choices.has(symbol) && !exact.listed.has(symbol);
    const delisted = gone || (known ? !known.listed : choice?.delisted !== undefined);
    return { either: false, words: delisted ? `${symbol} is no longer listed. You can sell your shares but no longer buy more.` : "" };
  };

  const setText = (element, text) => {
    if (element.textContent !== text) element.textContent = text;
  };

  const estimate = () => {
    const symbol = field("symbol").value.trim().toUpperCase();
    const choice = choices.get(symbol);
    const side = field("side").value;
    const byShares = field("by").value === "shares";
    if (!choice) return { symbol };
    const held = exact.units(choice.held, 9) ?? 0n;
    const rate = exact.rates.get(symbol);
    const price = rate ? (side === "buy" ? rate.ask : rate.bid) : exact.units(side === "buy" ? choice.ask : choice.bid, 4);
    const amount = exact.typed(field("amount").value, byShares ? 9 : 2);
    if (price === null || price <= 0n || amount === null) return { symbol, held };
    let quantity = amount;
    if (!byShares) quantity = side === "buy" ? (amount * exact.CENT) / price : (amount * exact.CENT + price - 1n) / price;
    const notional = exact.notional(price, quantity);
    const total = side === "buy" ? exact.cost(notional) : exact.proceeds(notional);
    return { symbol, held, side, byShares, price, amount, quantity, total };
  };

  // Whether what is said above already keeps this order from being placed.
  const isHindered = ({ symbol, side }) => {
    const { either, words } = hindered(symbol);
    return words !== "" && (either || side === "buy");
  };

  const refusal = ({ symbol, side, price, held, quantity, total }) => {
    if (side === "buy" && total > cash) {
      const most = (cash * exact.CENT) / price;
      const whole = most - (most % 1000000000n);
      const part = most > 0n ? ` You can buy up to ${exact.shares(most)} of a share.` : " Add money to your wallet first.";
      const way = whole > 0n ? ` You can buy up to ${exact.shares(whole)}.` : part;
      return `That costs ${exact.dollars(total)} and you have ${exact.dollars(cash)}.${way}`;
    }
    if (side === "sell" && quantity > held) {
      return held > 0n
        ? `You own ${exact.shares(held)} ${symbol}, which is less than ${exact.shares(quantity)}. You can sell up to ${exact.shares(held)}.`
        : `You do not own any ${symbol} to sell.`;
    }
    return "";
  };

  const draw = () => {
    const order = estimate();
    const { symbol, held, side, byShares, price, amount, quantity, total } = order;
    setText(means, held ? `You have ${exact.dollars(cash)} in cash and ${exact.shares(held)} ${symbol}.` : `You have ${exact.dollars(cash)} in cash.`);
    setText(hindrance, hindered(symbol).words);
    const ready = quantity !== undefined;
    box.hidden = !ready;
    const barred = ready && isHindered(order);
    const refused = ready && !barred ? refusal(order) : "";
    const direct = ready && !barred && refused === "";
    if (ready) {
      const buying = side === "buy";
      setText(name("price"), buying ? "Ask now" : "Bid now");
      setText(part("price"), exact.price(price));
      setText(name("total"), buying ? "Estimated cost" : "Estimated proceeds");
      setText(part("total"), exact.dollars(total));
      setText(part("cash"), exact.dollars(buying ? cash - total : cash + total));
      setText(part("shares"), exact.shares(buying ? held + quantity : held - quantity));
      // What an order would leave that is not going to be placed helps nobody.
      for (const after of ["cash", "shares"]) part(after).parentElement.hidden = !direct;
      const note = byShares ? "" : `That is about ${exact.shares(quantity)} ${symbol}.`;
      setText(words, refused || note);
      words.classList.toggle("refused", refused !== "");
    }
    if (form.dataset.sent) return;
    const verb = side === "sell" ? "Sell" : "Buy";
    setText(primary, direct ? (byShares ? `${verb} ${exact.shares(amount)} ${symbol}` : `${verb} ${exact.dollars(amount)} of ${symbol}`) : plain);
    if (direct) primary.setAttribute("formaction", "/trade");
    else primary.removeAttribute("formaction");
    review.hidden = !direct;
  };

  // What prices change is to be seen; read aloud is what the reader changes, once they pause.
  const PAUSE = 1000;
  let speaking = 0;
  const typed = ({ target }) => {
    // What the server found wrong was about what stood there before.
    const error = document.getElementById(`${target.name}-error`);
    if (error) error.hidden = true;
    target.removeAttribute("aria-invalid");
    draw();
    clearTimeout(speaking);
    speaking = setTimeout(() => setText(spoken, box.hidden ? "" : words.textContent), PAUSE);
  };
  form.addEventListener("input", typed);
  form.addEventListener("change", typed);
  document.addEventListener("rates", draw);
  document.addEventListener("market", draw);
  window.addEventListener("pageshow", draw);
  draw();
})();
