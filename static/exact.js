// Exact decimals as BigInt, written as the server writes them. Scales: money 2, prices 4, shares 9.
"use strict";
window.tradefloor = (() => {
  const MINUS = "\u2212";
  const power = (scale) => 10n ** BigInt(scale);

  // "187.22" as units of 10^-scale; null when it is no such number.
  const units = (text, scale) => {
    const match = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(String(text ?? ""));
    if (!match || (!match[2] && !match[3])) return null;
    const fraction = (match[3] ?? "").replace(/0+$/, "");
    if (fraction.length > scale) return null;
    const value = BigInt((match[2] || "0") + fraction.padEnd(scale, "0"));
    return match[1] === "-" ? -value : value;
  };

  // What a person typed, by the server's rules: one leading $, commas between groups of three.
  const typed = (text, scale) => {
    let plain = text.trim().replace(/^\+?\$?/, "");
    if (plain.length === 0 || plain.length > 40) return null;
    if (plain.includes(",")) {
      if (!/^\d{1,3}(,\d{3})+(\.\d*)?$/.test(plain)) return null;
      plain = plain.replaceAll(",", "");
    }
    const value = units(plain, scale);
    return value !== null && value > 0n ? value : null;
  };

  const show = (value, scale, fewest) => {
    const magnitude = value < 0n ? -value : value;
    const whole = String(magnitude / power(scale)).replace(/\B(?=(\d{3})+$)/g, ",");
    let fraction = scale > 0 ? String(magnitude % power(scale)).padStart(scale, "0") : "";
    while (fraction.length > fewest && fraction.endsWith("0")) fraction = fraction.slice(0, -1);
    return (value < 0n ? MINUS : "") + whole + (fraction ? "." + fraction : "");
  };

  const money = (cents) => show(cents, 2, 2);
  const dollars = (cents) => (cents < 0n ? MINUS + "$" + money(-cents) : "$" + money(cents));
  const price = (value) => show(value, 4, 2);
  const shares = (value) => show(value, 9, 0);
  const signed = (value, text) => (value > 0n ? "+" + text : text);

  const rounded = (part, whole) => {
    const up = (part < 0n ? -part : part) * 2n + whole;
    return part < 0n ? -(up / (2n * whole)) : up / (2n * whole);
  };
  // Hundredths of a percent, halves away from zero; null when there is nothing to take them of.
  const basisPoints = (part, whole) => (whole > 0n ? rounded(part * 10000n, whole) : null);
  const percent = (points) => show(points, 2, 2) + "%";

  const CENT = 100000000000n;
  const notional = (priceUnits, quantity) => priceUnits * quantity;
  const cost = (amount) => (amount + CENT - 1n) / CENT;
  const proceeds = (amount) => amount / CENT;
  const value = (amount) => rounded(amount, CENT);

  // A change with arrow, colour and sign, as the server draws it.
  const changeNode = (number, text) => {
    const node = document.createElement("span");
    const [kind, sign] = number > 0n ? ["rise", "▲"] : number < 0n ? ["fall", "▼"] : ["flat", ""];
    node.className = "change " + kind;
    const arrow = document.createElement("span");
    arrow.className = "arrow";
    arrow.setAttribute("aria-hidden", "true");
    arrow.textContent = sign;
    node.append(arrow, signed(number, text));
    return node;
  };

  return {
    units, typed, show, money, dollars, price, shares, signed, basisPoints, percent,
    CENT, notional, cost, proceeds, value, changeNode, rates: new Map(), statuses: new Map(), listed: null,
  };
})();
