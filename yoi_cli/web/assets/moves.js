// What may be done with a ticket: asked of the server, offered, and done.
// @ts-check

import { call, complain, element, say, wordsOf } from "./api.js";
import { pause, refresh, resume } from "./live.js";
import { t } from "./words.js";

/** @typedef {{action: string, label: string, command: string, enabled: boolean, needs_text: boolean, target: string | null, worker: string | null, reason: string | null, hint: string | null}} Move */
/** @typedef {{ticket: string, title: string, state: string, primary: string | null, why: string | null, moves: Move[]}} Moves */

/** @param {string} ticket @returns {Promise<Moves>} */
export function movesOf(ticket) {
  return call("GET", `/tickets/${encodeURIComponent(ticket)}/moves`);
}

/** @returns {HTMLDialogElement} */
function dialog() {
  return /** @type {HTMLDialogElement} */ (document.getElementById("ask"));
}

/** @param {HTMLElement[]} inside */
function open(...inside) {
  const shown = dialog();
  shown.replaceChildren(...inside);
  if (!shown.open) {
    pause();
    shown.addEventListener("close", resume, { once: true });
    shown.showModal();
  }
  /** @type {HTMLElement | null} */ (shown.querySelector("textarea, .options button, button"))?.focus();
}

/** Offer everything that may be done with a ticket. @param {string} ticket */
export async function offer(ticket) {
  try {
    const found = await movesOf(ticket);
    const can = found.moves.filter((one) => one.enabled);
    can.sort((one, other) => Number(other.action === found.primary) - Number(one.action === found.primary));
    const options = element("ul", { class: "options" });
    for (const move of can) {
      const button = element("button", { type: "button", class: move.action === found.primary ? "primary" : null }, t(move.label));
      if (move.worker) button.append(" ", element("span", { class: "id" }, move.worker.slice(-6)));
      button.addEventListener("click", () => begin(found.ticket, found.state, move));
      options.append(element("li", {}, button));
    }
    const cannot = found.moves.filter((one) => !one.enabled);
    const list = element("div");
    for (const move of cannot) {
      list.append(element("p", { class: "off" }, element("strong", {}, t(move.label)), " ", move.reason ?? ""));
    }
    const rest = element("details", {}, element("summary", {}, t("What may not be done now, and why")), list);
    const title = element("h2", { id: "ask-title", dir: "auto" }, found.title || found.ticket);
    const none = can.length ? [] : [element("p", {}, found.why ?? t("Nothing may be done with it now."))];
    open(title, ...none, options, ...(cannot.length ? [rest] : []), element("div", { class: "row end" }, closer()));
  } catch (error) {
    complain(error);
  }
}

/** @param {string} [label] */
function closer(label) {
  const button = element("button", { type: "button", class: "plain" }, label ?? t("Cancel"));
  button.addEventListener("click", () => dialog().close());
  return button;
}

/** Moves that end something: they ask first though they need no words. */
const ASKED = new Set(["stop", "release", "accept"]);

/**
 * Make a move, after its words where it needs some.
 * @param {string} ticket @param {string} seen @param {Pick<Move, "action" | "label" | "needs_text" | "worker">} move
 */
export function begin(ticket, seen, move) {
  if (!move.needs_text && !ASKED.has(move.action)) {
    dialog().close();
    return act(ticket, seen, move, "").catch(complain);
  }
  const text = /** @type {HTMLTextAreaElement} */ (element("textarea", { name: "text", rows: "5", dir: "auto", id: "ask-text" }));
  const isFree = move.action === "close" && seen === "done";
  const form = element("form", { method: "dialog" }, element("h2", { id: "ask-title" }, t(move.label)));
  const key = `draft:move:${ticket}:${move.action}`;
  if (move.needs_text) {
    text.required = !isFree;
    text.value = sessionStorage.getItem(key) ?? "";
    text.addEventListener("input", () => sessionStorage.setItem(key, text.value));
    const label = isFree ? t("What came of it (may be empty: the work is done)") : t(PROMPTS[move.action] ?? "What you say");
    form.append(element("label", {}, label, text));
  }
  const wrong = element("p", { class: "why broken", role: "alert", hidden: true });
  const go = element("button", { class: "primary" }, t(move.label));
  form.append(wrong, element("div", { class: "row end" }, closer(), go));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    /** @type {HTMLButtonElement} */ (go).disabled = true;
    try {
      await act(ticket, seen, move, text.value);
      sessionStorage.removeItem(key);
      dialog().close();
    } catch (error) {
      wrong.hidden = false;
      wrong.textContent = wordsOf(error);
    } finally {
      /** @type {HTMLButtonElement} */ (go).disabled = false;
    }
  });
  open(form);
  return undefined;
}

/** @type {Record<string, string>} */
const PROMPTS = {
  intake: "What was settled", return_to_planning: "Why it goes back", reopen: "Why it is taken up again",
  close: "What came of it", answer: "The answer", approve: "What you say about it",
  request_changes: "What is to be changed", input: "What the worker is told",
};

/** @param {string} ticket @param {string} seen @param {Pick<Move, "action" | "worker">} move @param {string} text @param {string} [commit] */
export async function act(ticket, seen, move, text, commit) {
  /** @type {Record<string, unknown>} */
  const body = { action: move.action, text };
  if (seen) body.seen = seen;
  if (move.worker) body.worker = move.worker;
  if (commit) body.commit = commit;
  const done = await call("POST", `/tickets/${encodeURIComponent(ticket)}/moves`, body);
  say(done.said);
  for (const warning of done.warnings) complain(new Error(warning));
  refresh();
}

/**
 * Move a ticket to a state, if that is legal; else say which states are.
 * @param {string} ticket @param {string} target
 */
export async function moveTo(ticket, target) {
  const found = await movesOf(ticket);
  const move = found.moves.find((one) => one.target === target && one.enabled);
  if (move) return begin(found.ticket, found.state, move);
  const legal = [...new Set(found.moves.filter((one) => one.enabled && one.target).map((one) => t(NAMES[one.target ?? ""])))];
  const refused = found.moves.find((one) => one.target === target);
  const why = refused?.reason ?? t("It cannot go from {from} to {to}.").replace("{from}", t(NAMES[found.state])).replace("{to}", t(NAMES[target]));
  const may = legal.length ? `${t("It may go to:")} ${legal.join(", ")}.` : t("It may go nowhere now.");
  complain(new Error(`${why} ${may}`));
  return undefined;
}

/** @type {Record<string, string>} */
export const NAMES = { planning: "Planning", ready: "Ready", queued: "Queued", inprogress: "In progress", done: "Done", closed: "Closed" };
