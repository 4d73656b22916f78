// What a keyboard does on the desk's pages, and what plain forms cannot. Every page works without.
"use strict";

const typing = (element) => element.closest("input:not([type=checkbox]), textarea, select");

const keys = {
  ArrowLeft: () => document.querySelector("a[rel=prev]")?.click(),
  ArrowRight: () => document.querySelector("a[rel=next]")?.click(),
  a: () => document.querySelector("#approve textarea, #approve button")?.focus(),
  c: () => {
    const changes = document.querySelector("#changes");
    if (!changes) return;
    changes.open = true;
    changes.querySelector("input[type=radio]").focus();
  },
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  // The pictures scroll sideways by these keys while they have the focus.
  if (event.key.startsWith("Arrow") && event.target.closest("[tabindex='0'], [type=radio]")) return;
  const format = document.querySelectorAll(".formats a")[Number(event.key) - 1];
  const act = format ? () => format.click() : keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

// On a phone the button stands at the bottom of the screen, and what it opens further down the page.
document.addEventListener("toggle", (event) => {
  if (event.target.id === "changes" && event.target.open) event.target.scrollIntoView({ block: "nearest" });
}, true);

// A format's picture comes into view inside its row, and the page stays where it is.
document.addEventListener("click", (event) => {
  const link = event.target.closest(".formats a");
  const figure = link && document.querySelector(link.getAttribute("href"));
  if (!figure) return;
  event.preventDefault();
  const stage = figure.parentElement;
  stage.scrollTo({ left: figure.offsetLeft - stage.offsetLeft });
});

// Exact words and a chosen place say themselves what to change; all else takes a note.
const askForNote = (form) => {
  const says = form.change.value === "words" || (form.change.value === "logo" && form.spot?.value);
  form.note.required = !says;
};
const changes = (target) => target.closest?.("#changes form");
document.addEventListener("change", (event) => changes(event.target) && askForNote(changes(event.target)));
document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("#changes form").forEach(askForNote));

// Sending twice decides once anyway; this says that it is on its way.
document.addEventListener("submit", (event) => {
  for (const button of event.target.querySelectorAll("button")) button.setAttribute("aria-busy", "true");
});
const settle = () => {
  for (const button of document.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
};
window.addEventListener("pageshow", settle);
document.addEventListener("htmx:afterRequest", settle);

// What has to be read next gets the focus, so that a screen reader reads it.
const attend = () => document.querySelector("#problem, #estimate")?.focus();
document.addEventListener("DOMContentLoaded", attend);
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "verdict") attend();
});
