// Cards go by drag and by the arrow keys; which states are legal the server says.
// @ts-check

import { complain } from "./api.js";
import { pause, resume } from "./live.js";
import { movesOf, moveTo } from "./moves.js";

const lanes = /** @type {HTMLElement} */ (document.getElementById("lanes"));
let dragged = "";

/** @param {Event} event @returns {HTMLElement | null} */
const cardOf = (event) => (event.target instanceof Element ? event.target.closest(".card") : null);
/** @param {Event} event @returns {HTMLElement | null} */
const sectionOf = (event) => (event.target instanceof Element ? event.target.closest(".section") : null);
/** @returns {NodeListOf<HTMLElement>} */
const sections = () => lanes.querySelectorAll(".section");

lanes.addEventListener("dragstart", async (event) => {
  const card = cardOf(event);
  if (!card || !event.dataTransfer) return;
  dragged = card.dataset.ticket ?? "";
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged);
  card.dataset.dragged = "";
  pause();
  try {
    const found = await movesOf(dragged);
    const legal = new Set(found.moves.filter((one) => one.enabled).map((one) => one.target));
    if (!dragged) return;
    for (const section of sections()) {
      if (section.dataset.target === found.state) continue;
      section.dataset.drop = legal.has(section.dataset.target ?? "") ? "yes" : "no";
    }
  } catch (error) {
    complain(error);
  }
});
lanes.addEventListener("dragover", (event) => {
  const section = sectionOf(event);
  if (!dragged || !section) return;
  event.preventDefault(); // a drop that is refused is told why
  for (const one of sections()) delete one.dataset.over;
  section.dataset.over = "";
});
lanes.addEventListener("drop", (event) => {
  const section = sectionOf(event);
  const ticket = dragged;
  if (!ticket || !section) return;
  event.preventDefault();
  const card = document.getElementById(`card-${ticket}`);
  if (card?.dataset.state !== section.dataset.target) moveTo(ticket, section.dataset.target ?? "").catch(complain);
});
lanes.addEventListener("dragend", () => {
  dragged = "";
  for (const one of lanes.querySelectorAll(".card")) delete /** @type {HTMLElement} */ (one).dataset.dragged;
  for (const one of sections()) {
    delete one.dataset.drop;
    delete one.dataset.over;
  }
  resume();
});

lanes.addEventListener("keydown", (event) => {
  const card = cardOf(event);
  if (event.ctrlKey || event.altKey || event.metaKey || !event.key.startsWith("Arrow")) return;
  const all = [...lanes.querySelectorAll(".lane")].map((lane) => [...lane.querySelectorAll(".card")]);
  const lane = all.findIndex((cards) => card && cards.includes(card));
  if (!card || lane < 0) return;
  event.preventDefault();
  const at = all[lane].indexOf(card);
  /** @type {Element | undefined} */
  let next;
  if (event.key === "ArrowDown") next = all[lane][at + 1];
  else if (event.key === "ArrowUp") next = all[lane][at - 1];
  else {
    const step = event.key === "ArrowRight" ? 1 : -1;
    let other = lane + step;
    while (all[other] && !all[other].length) other += step;
    next = all[other]?.[Math.min(at, all[other].length - 1)];
  }
  /** @type {HTMLElement | null | undefined} */ (next?.querySelector("h4 a"))?.focus();
  next?.scrollIntoView({ block: "nearest", behavior: "auto" });
});

const filters = /** @type {HTMLFormElement} */ (document.getElementById("filters"));
filters.addEventListener("change", (event) => {
  if (event.target instanceof HTMLSelectElement || (event.target instanceof HTMLInputElement && event.target.type === "checkbox")) filters.requestSubmit();
});
filters.addEventListener("submit", (event) => {
  event.preventDefault();
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(filters)) if (value) query.append(name, String(value));
  location.assign(`${filters.action}${query.size ? `?${query}` : ""}`);
});
