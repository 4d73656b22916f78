// What a keyboard does on the desk's pages, and what plain forms cannot. Every page works without.
"use strict";

const typing = (element) => element.closest("input:not([type=checkbox]), textarea, select");

const keys = {
  ArrowLeft: () => document.querySelector("a[rel=prev]")?.click(),
  ArrowRight: () => document.querySelector("a[rel=next]")?.click(),
  a: () => document.querySelector("#approve textarea, #approve button")?.focus(),
  "?": () => document.querySelector("#keys")?.showModal(),
  c: () => {
    const changes = document.querySelector("#changes");
    if (!changes) return;
    changes.open = true;
    changes.querySelector("input[type=radio]").focus();
  },
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
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

// A format's picture comes into view inside its row, and the page stays where it is. Which format is
// shown, and what is drawn over it, stays from variant to variant as long as the browser's tab.
const stage = document.querySelector(".stage");
const figures = stage ? [...stage.querySelectorAll("figure")] : [];
const place = (figure) => figure.offsetLeft - stage.offsetLeft;
const show = (figure, behavior) => stage.scrollTo({ left: place(figure), behavior });
const mark = () => {
  const distance = (figure) => Math.abs(place(figure) - stage.scrollLeft);
  const shown = figures.reduce((best, each) => (distance(each) < distance(best) ? each : best));
  for (const link of document.querySelectorAll(".formats a")) {
    if (link.getAttribute("href") === `#${shown.id}`) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  return shown.id;
};
const over = new Set((sessionStorage.getItem("over") ?? "").split(" "));
const keepTick = (box) => {
  if (box.checked) over.add(box.id);
  else over.delete(box.id);
  sessionStorage.setItem("over", [...over].join(" "));
};
if (stage) {
  for (const box of document.querySelectorAll(".pictures .tools input")) box.checked = over.has(box.id);
  const known = figures.find((figure) => figure.id === sessionStorage.getItem("format"));
  if (known) show(known, "instant");
  mark();
  const keepFormat = () => sessionStorage.setItem("format", mark());
  stage.addEventListener("scroll", () => requestAnimationFrame(keepFormat), { passive: true });
}
document.addEventListener("change", (event) => event.target.closest(".pictures .tools") && keepTick(event.target));
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#format-']");
  const figure = link && document.querySelector(link.getAttribute("href"));
  if (!figure) return;
  event.preventDefault();
  if (link.dataset.over) {
    const box = document.querySelector(`#over-${link.dataset.over}`);
    box.checked = true;
    keepTick(box);
    stage.scrollIntoView({ block: "nearest" });
  }
  show(figure, "smooth");
});
document.addEventListener("click", (event) => {
  const opens = event.target.closest("[data-opens]")?.dataset.opens;
  if (opens) document.getElementById(opens).showModal();
});

// How many of a group are ticked still.
const count = () => {
  const told = document.querySelector("#ticked");
  const boxes = [...document.querySelectorAll(".group input")];
  if (told) told.textContent = `${boxes.filter((box) => box.checked).length} of ${boxes.length} ticked.`;
};
document.addEventListener("change", (event) => event.target.closest(".group") && count());
document.addEventListener("DOMContentLoaded", count);

// Exact words and a chosen place say themselves what to change; all else takes a note.
const askForNote = (form) => {
  const says = form.change.value === "words" || (form.change.value === "logo" && form.spot?.value);
  form.note.required = !says;
};
const changes = (target) => target.closest?.("#changes form");
document.addEventListener("change", (event) => changes(event.target) && askForNote(changes(event.target)));
document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("#changes form").forEach(askForNote));

// A product, or what is said for one language, is taken out of the form again.
document.addEventListener("click", (event) => {
  const entry = event.target.closest("[data-remove]")?.closest("fieldset");
  if (!entry) return;
  const add = entry.parentElement.querySelector("[id^=another]");
  entry.remove();
  add.dispatchEvent(new Event("input", { bubbles: true }));
  add.focus();
});

// Whoever taps once more than needed must not decide on what only now came under their finger.
const DEAD_TIME_MS = 1000;
const deciding = (element) => element.closest?.("[data-decides][aria-disabled]");
const rest = () => {
  const buttons = [...document.querySelectorAll("[data-decides]")];
  for (const button of buttons) button.setAttribute("aria-disabled", "true");
  setTimeout(() => buttons.forEach((button) => button.removeAttribute("aria-disabled")), DEAD_TIME_MS);
};
rest();
window.addEventListener("pageshow", (event) => event.persisted && rest());
document.addEventListener("click", (event) => deciding(event.target) && event.preventDefault());

// Sending twice decides once anyway; this says that it is on its way.
document.addEventListener("submit", (event) => {
  for (const button of event.target.querySelectorAll("button")) button.setAttribute("aria-busy", "true");
});
const settle = () => {
  for (const button of document.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
};
window.addEventListener("pageshow", settle);
document.addEventListener("htmx:afterRequest", settle);

// What was typed into a brief's form is lost by leaving it, and makes its estimate an old one.
const brief = document.querySelector("form.brief");
brief?.addEventListener("input", (event) => {
  brief.dataset.typed = "yes";
  if (!event.target.closest("#estimate")) document.querySelector("#estimate")?.classList.add("stale");
});
window.addEventListener("beforeunload", (event) => brief?.dataset.typed && event.preventDefault());
document.addEventListener("htmx:beforeOnLoad", (event) => {
  if (brief && event.detail.xhr.getResponseHeader("HX-Redirect")) delete brief.dataset.typed;
});

// What has to be read next gets the focus, so that a screen reader reads it.
const attend = () => document.querySelector("#problem, #estimate")?.focus();
document.addEventListener("DOMContentLoaded", attend);
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "verdict") attend();
});
