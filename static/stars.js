// Stars: watch an instrument without leaving the page. Without a script the form does it.
"use strict";
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-star]")) return;
  event.preventDefault();
  const button = form.querySelector("button");
  if (button.getAttribute("aria-disabled")) return;
  button.setAttribute("aria-disabled", "true");
  const watched = button.value === "1";
  const fields = new URLSearchParams(new FormData(form));
  fields.set("watched", button.value);
  // Without a way back there is no page to come: what is done is done, and whoever is sent elsewhere goes there by the form.
  fields.delete("back");
  try {
    const answer = await fetch(form.action, { method: "POST", body: fields, redirect: "manual", credentials: "same-origin" });
    if (!answer.ok) throw new Error(String(answer.status));
    button.value = watched ? "0" : "1";
    button.setAttribute("aria-pressed", String(watched));
    button.removeAttribute("aria-disabled");
  } catch {
    const hidden = document.createElement("input");
    hidden.type = "hidden";
    hidden.name = "watched";
    hidden.value = button.value;
    form.append(hidden);
    form.submit();
  }
});
