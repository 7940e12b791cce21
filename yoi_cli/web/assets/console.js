// The console of one worker: it opens at the end, follows, and keeps at most 5 MB.
// @ts-check

import { api, call, complain, element, say } from "./api.js";
import { forget } from "./app.js";
import { refresh, socketAddress } from "./live.js";
import { nodesOf, plain } from "./sgr.js";
import { t } from "./words.js";

const MOST = 5 << 20, PART = 1 << 18, NEAR = 40;
const FIRST_WAIT = 250, LONGEST_WAIT = 30000, HEALTHY = 30000, DEADLINE = 10000;

const view = /** @type {HTMLElement} */ (document.getElementById("console"));
const blocks = /** @type {HTMLElement} */ (document.getElementById("blocks"));
const older = /** @type {HTMLButtonElement} */ (document.getElementById("older"));
const jump = /** @type {HTMLButtonElement} */ (document.getElementById("jump"));
const follow = /** @type {HTMLInputElement} */ (document.getElementById("follow"));
const empty = /** @type {HTMLElement} */ (document.getElementById("empty"));
const told = /** @type {HTMLElement} */ (document.getElementById("console-state"));
const lifecycle = /** @type {HTMLElement} */ (document.getElementById("lifecycle"));
const address = view.dataset.address ?? "";

/** What is kept: the bytes from `start` to `end`, of which `held` are shown. */
let start = 0, end = 0, oldest = 0, held = 0;
/** The end was let go, so that older output has room. */
let isDetached = false;
let cursor = "", wait = FIRST_WAIT, events = 0;
/** @type {WebSocket | null} */
let socket = null;
let decoder = new TextDecoder();
let style = plain();
/** The last line as long as it has no end, with the style in which it begins. */
let tail = "", tailStyle = plain();
let tailBlock = element("div", { class: "block" });
/** @type {Map<Element, number>} bytes by block */
const sizes = new Map();

/** @param {string} data */
function bytesOf(data) {
  const text = atob(data);
  const made = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) made[at] = text.charCodeAt(at);
  return made;
}

function clear() {
  blocks.replaceChildren();
  sizes.clear();
  held = 0;
  decoder = new TextDecoder();
  style = plain();
  tail = "";
  tailStyle = plain();
  tailBlock = element("div", { class: "block" });
}

/** Output at the end. @param {Uint8Array} bytes @param {number} from */
function append(bytes, from) {
  let data = bytes;
  if (held === 0 && from > oldest) { // the first line is half a line: it begins behind its end
    const at = data.subarray(0, 4096).indexOf(10);
    if (at >= 0) data = data.subarray(at + 1);
    start = from + (bytes.length - data.length);
  } else if (held === 0) start = from;
  end = from + bytes.length;
  empty.hidden = true;
  const text = tail + decoder.decode(data, { stream: true });
  const cut = text.lastIndexOf("\n") + 1;
  if (cut) {
    const block = element("div", { class: "block" });
    style = { ...tailStyle };
    block.append(nodesOf(text.slice(0, cut), style));
    tailStyle = { ...style };
    sizes.set(block, data.length);
    held += data.length;
    tailBlock.remove();
    blocks.append(block);
    tail = text.slice(cut);
  } else {
    tail = text;
    held += data.length;
    const last = blocks.lastElementChild;
    if (last && last !== tailBlock) sizes.set(last, (sizes.get(last) ?? 0) + data.length);
    else sizes.set(tailBlock, (sizes.get(tailBlock) ?? 0) + data.length);
  }
  const live = { ...tailStyle };
  tailBlock.replaceChildren(nodesOf(tail, live));
  if (tail.includes("\r")) tail = tail.slice(tail.lastIndexOf("\r", tail.length - 2) + 1);
  blocks.append(tailBlock);
  while (held > MOST && blocks.firstElementChild !== blocks.lastElementChild) drop(/** @type {Element} */ (blocks.firstElementChild), true);
  edges();
}

/** Let a block go. @param {Element} block @param {boolean} isFirst */
function drop(block, isFirst) {
  const size = sizes.get(block) ?? 0;
  sizes.delete(block);
  held -= size;
  if (isFirst) start += size;
  else end -= size;
  block.remove();
}

function edges() {
  older.hidden = start <= oldest;
  jump.hidden = isAtEnd() && !isDetached;
  if (follow.checked && !isDetached) view.scrollTop = view.scrollHeight;
}

function isAtEnd() {
  return view.scrollHeight - view.scrollTop - view.clientHeight < NEAR;
}

/** What was written before what is shown. */
async function showOlder() {
  if (start <= oldest) return;
  older.disabled = true;
  try {
    const from = Math.max(oldest, start - PART);
    const part = await call("GET", `${address}/transcript?start=${from}&limit=${start - from}`);
    let data = bytesOf(part.data);
    let begin = part.start;
    if (begin > oldest) {
      const at = data.subarray(0, 4096).indexOf(10);
      if (at >= 0) { data = data.subarray(at + 1); begin += at + 1; }
    }
    const block = element("div", { class: "block" });
    block.append(nodesOf(new TextDecoder().decode(data), plain()));
    sizes.set(block, data.length);
    held += data.length;
    const before = view.scrollHeight - view.scrollTop;
    follow.checked = false;
    blocks.prepend(block);
    start = begin;
    while (held > MOST && blocks.lastElementChild !== block) {
      isDetached = true;
      drop(/** @type {Element} */ (blocks.lastElementChild), false);
    }
    view.scrollTop = view.scrollHeight - before;
    edges();
  } catch (error) {
    complain(error);
  } finally {
    older.disabled = false;
  }
}

function toEnd() {
  follow.checked = true;
  if (isDetached) {
    isDetached = false;
    clear();
    cursor = "";
    socket?.close();
    if (!socket) connect();
    else { socket.onclose = null; connect(); }
  }
  view.scrollTop = view.scrollHeight;
  edges();
}

/** @param {any} frame */
function hear(frame) {
  if (frame.cursor) cursor = frame.cursor;
  if (frame.kind === "snapshot") {
    oldest = frame.oldest;
    if (!held) { start = end = frame.size; }
    told.textContent = "";
  } else if (frame.kind === "output") {
    if (isDetached) return;
    const bytes = bytesOf(frame.data);
    const known = held ? Math.max(0, end - frame.start) : 0; // nothing is shown twice
    if (held && frame.start > end) gap(t("Output from here was not kept."));
    if (known < bytes.length) append(bytes.subarray(known), frame.start + known);
  } else if (frame.kind === "resync") {
    oldest = Math.max(oldest, frame.to);
    end = frame.to;
    gap(t("Output up to here was not kept."));
  } else if (frame.kind === "event") addEvent(frame.event);
  else if (frame.kind === "state") standing(frame.worker);
  else if (frame.kind === "end") {
    standing(frame.worker);
    told.textContent = t("It has ended.");
  } else if (frame.kind === "diagnostic") told.textContent = frame.message;
}

/** @param {string} text */
function gap(text) {
  blocks.append(element("p", { class: "gap" }, text));
}

/** @param {any} event */
function addEvent(event) {
  if (event.number <= events) return;
  events = event.number;
  const why = [event.cause, event.why].filter(Boolean).join(": ").replaceAll("_", " ");
  lifecycle.append(element("li", {}, element("strong", {}, t(event.event.replaceAll("_", " "))), element("span", { class: "grow quiet" }, why), element("time", { class: "small quiet", datetime: event.at }, event.at.replace("T", " ").replace("Z", " UTC"))));
}

let state = "";
/** @param {any} worker */
function standing(worker) {
  if (state && worker.state !== state) say(`${t("worker")}: ${t(worker.state)}`);
  if (worker.state !== state || worker.accepts_input !== undefined) refresh();
  state = worker.state;
}

function connect() {
  const query = new URLSearchParams({ all_events: "1" });
  if (cursor) query.set("cursor", cursor);
  else query.set("from", String(-PART));
  const opened = socket = new WebSocket(socketAddress(`${address}/observe?${query}`));
  const deadline = setTimeout(() => opened.close(), DEADLINE);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let health;
  opened.onopen = () => {
    clearTimeout(deadline);
    health = setTimeout(() => { wait = FIRST_WAIT; }, HEALTHY);
  };
  opened.onmessage = (message) => { if (opened === socket) hear(JSON.parse(message.data)); };
  opened.onclose = (event) => {
    clearTimeout(deadline);
    clearTimeout(health);
    if (opened !== socket) return;
    socket = null;
    if (event.code === 1000 || event.code === 1008 || (event.code >= 4400 && event.code < 4500)) return;
    told.textContent = t("The connection is lost; it is tried again.");
    setTimeout(connect, wait * (0.75 + Math.random() / 2));
    wait = Math.min(wait * 2, LONGEST_WAIT);
  };
}

older.addEventListener("click", showOlder);
jump.addEventListener("click", () => { toEnd(); view.focus(); });
follow.addEventListener("change", () => { if (follow.checked) toEnd(); });
let lastTop = 0;
view.addEventListener("scroll", () => {
  if (view.scrollTop < lastTop - 2 && !isAtEnd()) follow.checked = false;
  else if (isAtEnd() && !isDetached) follow.checked = true;
  lastTop = view.scrollTop;
  jump.hidden = isAtEnd() && !isDetached;
});

// Search, within what is loaded: matches are marked without a change of the text.
/** @type {Range[]} */
let hits = [];
let hit = -1;

/** @param {string} wanted */
function find(wanted) {
  hits = [];
  const low = wanted.toLowerCase();
  for (const block of low ? blocks.children : []) {
    /** @type {[Text, number][]} */
    const nodes = [];
    let text = "";
    const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      nodes.push([/** @type {Text} */ (node), text.length]);
      text += node.nodeValue;
    }
    const lower = text.toLowerCase();
    if (lower.length !== text.length) continue;
    let on = 0;
    for (let at = lower.indexOf(low); at >= 0 && hits.length < 5000; at = lower.indexOf(low, at + low.length)) {
      const range = document.createRange();
      while (nodes[on + 1] && nodes[on + 1][1] <= at) on += 1;
      range.setStart(nodes[on][0], at - nodes[on][1]);
      let last = on;
      while (nodes[last + 1] && nodes[last + 1][1] < at + low.length) last += 1;
      range.setEnd(nodes[last][0], at + low.length - nodes[last][1]);
      hits.push(range);
    }
  }
}

/** @param {number} step */
function go(step) {
  const wanted = /** @type {HTMLInputElement} */ (document.getElementById("search")).value;
  const where = /** @type {HTMLElement} */ (document.getElementById("hits"));
  if (wanted !== where.dataset.for || hits.some((one) => !one.startContainer.isConnected)) {
    find(wanted);
    where.dataset.for = wanted;
    hit = step > 0 ? -1 : hits.length;
    if (step > 0 && hits.length) hit = hits.length - 2; // the newest first
  }
  if (hits.length) hit = (hit + step + hits.length) % hits.length;
  const isAll = start <= oldest && !isDetached;
  where.textContent = !wanted ? "" : hits.length ? `${hit + 1}/${hits.length}` : isAll ? t("Not found") : t("Not in what is loaded");
  const marks = /** @type {any} */ (CSS).highlights;
  if (marks && typeof Highlight === "function") {
    marks.set("found", new Highlight(...hits));
    marks.set("here", hits.length ? new Highlight(hits[hit]) : new Highlight());
  }
  if (hits.length) {
    follow.checked = false;
    hits[hit].startContainer.parentElement?.scrollIntoView({ block: "nearest" });
    const box = hits[hit].getBoundingClientRect();
    const frame = view.getBoundingClientRect();
    view.scrollTop += box.top - frame.top - frame.height / 2;
  }
}
document.getElementById("search-form")?.addEventListener("submit", (event) => { event.preventDefault(); go(1); });
document.getElementById("previous")?.addEventListener("click", () => go(-1));

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.id !== "input-form") return;
  event.preventDefault();
  const given = new FormData(form);
  const text = String(given.get("data") ?? "").replaceAll("\r\n", "\n");
  try {
    await call("POST", `${address}/input`, { data: text.endsWith("\n") || !text ? text : `${text}\n`, close: given.get("close") === "on" });
    forget(form);
    form.reset();
    say(t("It was sent."));
  } catch (error) {
    complain(error);
  }
});

document.addEventListener("click", async (event) => {
  const button = event.target instanceof Element ? event.target.closest("button") : null;
  if (!button || !["stop", "cancel", "pin"].includes(button.id)) return;
  button.disabled = true;
  try {
    if (button.id === "pin") {
      const isPinned = button.getAttribute("aria-pressed") !== "true";
      await call("POST", `${address}/pin`, { pinned: isPinned });
      button.setAttribute("aria-pressed", String(isPinned));
    } else {
      if (!button.dataset.sure) { // asked a second time, in its own place
        button.dataset.sure = "1";
        button.textContent = button.id === "stop" ? t("Really stop it?") : t("Really cancel it?");
        setTimeout(() => { delete button.dataset.sure; refresh(); }, 5000);
        return;
      }
      await call("POST", `${address}/${button.id}`, {});
      say(button.id === "stop" ? t("It was stopped.") : t("It was cancelled."));
      refresh();
    }
  } catch (error) {
    complain(error);
  } finally {
    button.disabled = false;
  }
});

if (!("gone" in view.dataset) && api) connect();
