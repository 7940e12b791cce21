// What every page has: keys, appearance, buttons that move tickets, drafts.
// @ts-check

import { base, call, complain } from "./api.js";
import { refresh } from "./live.js";
import { begin, offer } from "./moves.js";
import { t } from "./words.js";

const help = /** @type {HTMLDialogElement} */ (document.getElementById("help"));
const YEAR = 31536000;

/** @param {string} name @param {string} value */
function remember(name, value) {
  document.cookie = `${name}=${value}; path=/; max-age=${value ? YEAR : 0}; samesite=strict`;
}

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  const moves = /** @type {HTMLElement | null} */ (target?.closest("[data-moves]"));
  const act = /** @type {HTMLElement | null} */ (target?.closest("[data-act]"));
  const soft = /** @type {HTMLAnchorElement | null} */ (target?.closest("a[data-soft]"));
  if (moves) offer(moves.dataset.moves ?? "");
  else if (act) {
    begin(act.dataset.ticket ?? "", act.dataset.seen ?? "", {
      action: act.dataset.act ?? "", label: act.dataset.label ?? "",
      needs_text: "needsText" in act.dataset, worker: act.dataset.worker ?? null,
    });
  } else if (soft && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) {
    event.preventDefault();
    refresh(soft.href);
  } else if (target?.closest("[data-close]")) target.closest("dialog")?.close();
  else if (target instanceof HTMLDialogElement) target.close(); // beside what it shows
});

document.getElementById("help-button")?.addEventListener("click", () => help.showModal());
document.getElementById("theme")?.addEventListener("change", (event) => {
  const value = /** @type {HTMLSelectElement} */ (event.target).value;
  remember("yoi-theme", value);
  if (value) document.documentElement.dataset.theme = value;
  else delete document.documentElement.dataset.theme;
});
document.getElementById("language")?.addEventListener("change", (event) => {
  remember("yoi-language", /** @type {HTMLSelectElement} */ (event.target).value);
  location.reload();
});
document.getElementById("sign-out")?.addEventListener("click", async () => {
  try {
    await call("DELETE", "/api/session");
    location.assign("/signin");
  } catch (error) {
    complain(error);
  }
});

/** @type {Record<string, string>} */
const PLACES = { b: "/board", o: "/", w: "/workers", g: "/graph", s: "/stats", d: "/doctor", c: "/claims" };
let isGoing = false;

document.addEventListener("keydown", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  const isTyping = target?.closest("input, textarea, select, [contenteditable]");
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (isGoing) {
    isGoing = false;
    const place = PLACES[event.key];
    if (place) location.assign(base + place);
    return;
  }
  if (event.key === "g") {
    isGoing = true;
    setTimeout(() => { isGoing = false; }, 1500);
  } else if (event.key === "c") location.assign(`${base}/tickets/new`);
  else if (event.key === "/") {
    event.preventDefault();
    /** @type {HTMLElement | null} */ (document.querySelector(".find input"))?.focus();
  } else if (event.key === "?") help.showModal();
  else if (event.key === "m") {
    const card = /** @type {HTMLElement | null} */ (target?.closest("[data-ticket]") ?? document.querySelector("#comment-form"));
    if (card?.dataset.ticket) offer(card.dataset.ticket);
  }
});

// What somebody types is kept until it was sent, whatever becomes of the page.
/** @param {HTMLFormElement} form @param {string} name */
const draftKey = (form, name) => `draft:${location.pathname}:${form.id}:${name}`;
/** @type {string} */
const KEPT = "textarea[name], input[name]:not([type]), input[name][type=text]";

for (const form of document.querySelectorAll("form[id]:not([data-drafts=off]):not([method=get])")) {
  const owner = /** @type {HTMLFormElement} */ (form);
  for (const field of owner.querySelectorAll(KEPT)) {
    const input = /** @type {HTMLInputElement} */ (field);
    const kept = sessionStorage.getItem(draftKey(owner, input.name));
    if (kept !== null && kept !== input.value) {
      input.value = kept;
      owner.dataset.draft = "1";
    }
    input.addEventListener("input", () => {
      sessionStorage.setItem(draftKey(owner, input.name), input.value);
      if (owner.dataset.revision) sessionStorage.setItem(draftKey(owner, "revision"), owner.dataset.revision);
    });
  }
  const revision = sessionStorage.getItem(draftKey(owner, "revision"));
  if (owner.dataset.draft && revision) owner.dataset.revision = revision;
}

/** What was typed in a form has arrived. @param {HTMLFormElement} form */
export function forget(form) {
  for (const field of form.querySelectorAll("[name]")) {
    sessionStorage.removeItem(draftKey(form, /** @type {HTMLInputElement} */ (field).name));
  }
  sessionStorage.removeItem(draftKey(form, "revision"));
  delete form.dataset.draft;
}

const signin = /** @type {HTMLFormElement | null} */ (document.getElementById("signin"));
signin?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const word = String(new FormData(signin).get("token") ?? "").trim();
  const code = word.includes("code=") ? new URLSearchParams(word.split("?")[1]).get("code") ?? word : word;
  for (const body of [{ code }, { token: code }]) {
    try {
      const found = await call("POST", "/api/login", body);
      location.assign(`/w/${found.workspace_id}/`);
      return;
    } catch (error) {
      if (body.token === undefined) continue;
      const wrong = /** @type {HTMLElement} */ (document.getElementById("signin-error"));
      wrong.hidden = false;
      wrong.textContent = t("That is neither a code that is still good, nor the token.");
    }
  }
});
