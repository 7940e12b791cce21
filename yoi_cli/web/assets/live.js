// One socket a page: it is told of changes, and the page looks at itself again.
// @ts-check

import { api, say } from "./api.js";
import { morph } from "./morph.js";
import { t } from "./words.js";

const FIRST_WAIT = 250, LONGEST_WAIT = 30000, HEALTHY = 30000, DEADLINE = 10000;
const BETWEEN = 200, BEFORE_AGAIN = 2000;
const topics = (document.documentElement.dataset.live ?? "").split(" ").filter(Boolean);

let wait = FIRST_WAIT;
let count = 0;
let paused = 0;
let isWanted = false;
let isAsking = false;
let asked = 0;

/** Hold changes back while somebody drags or decides. */
export function pause() { paused += 1; }
/** Let them come. */
export function resume() {
  paused = Math.max(0, paused - 1);
  if (!paused && isWanted) refresh();
}

/** Look at the page again, soon. @param {string} [address] another address of the same page */
export function refresh(address) {
  if (address) history.replaceState(null, "", address);
  isWanted = true;
  if (paused || isAsking) return;
  isAsking = true;
  setTimeout(ask, Math.max(0, asked + BETWEEN - performance.now()));
}

function ask() {
  isWanted = false;
  asked = performance.now();
  // A request for a document parses it without a string that could become markup here.
  const request = new XMLHttpRequest();
  request.open("GET", location.href.split("#")[0]);
  request.responseType = "document";
  request.timeout = DEADLINE;
  request.onload = () => {
    const fresh = request.responseXML;
    if (new URL(request.responseURL).pathname === "/signin") location.assign("/signin");
    else if (fresh && request.status === 200) show(fresh);
    else if (request.status === 429 || request.status >= 500) again();
    done();
  };
  request.onerror = request.ontimeout = () => { again(); done(); };
  request.send();
}

/** Nobody tells a second time of what could not be looked at. Where the server is gone, a new
 * connection asks for it. */
function again() {
  setTimeout(() => { if (document.getElementById("live")?.dataset.state === "on") refresh(); }, BEFORE_AGAIN);
}

function done() {
  isAsking = false;
  if (isWanted && !paused) refresh();
}

/** @param {Document} fresh */
function show(fresh) {
  if (paused) {
    isWanted = true;
    return;
  }
  const before = states();
  const parts = [...document.querySelectorAll("[data-live-part]")];
  for (const part of parts) {
    const other = fresh.getElementById(part.id);
    if (other && part.isConnected) morph(part, other);
    else if (!other) part.replaceChildren();
  }
  for (const part of fresh.querySelectorAll("[data-live-part]")) {
    if (document.getElementById(part.id)) continue;
    const sibling = part.previousElementSibling?.id;
    (sibling && document.getElementById(sibling))?.after(document.importNode(part, true));
  }
  announce(before);
  document.dispatchEvent(new CustomEvent("yoi:refreshed", { detail: fresh }));
}

/** @returns {Map<string, string>} */
function states() {
  const found = new Map();
  for (const one of document.querySelectorAll(".card[data-ticket]")) {
    const card = /** @type {HTMLElement} */ (one);
    found.set(card.dataset.ticket ?? "", card.dataset.state ?? "");
  }
  const chip = document.querySelector("#head .chip.state, #worker-head .chip.worker");
  if (chip) found.set("", chip.textContent ?? "");
  return found;
}

/** Tell what changed to whoever does not see it. @param {Map<string, string>} before */
function announce(before) {
  /** @type {string[]} */
  const told = [];
  for (const one of document.querySelectorAll(".card[data-ticket]")) {
    const card = /** @type {HTMLElement} */ (one);
    const was = before.get(card.dataset.ticket ?? "");
    if (was === card.dataset.state || before.size === 0) continue;
    card.classList.add("changed");
    setTimeout(() => card.classList.remove("changed"), 4000);
    const title = card.querySelector("h4")?.textContent?.trim() ?? "";
    told.push(`${title}: ${card.querySelector(".chip.state")?.textContent ?? card.dataset.state}`);
  }
  const chip = document.querySelector("#head .chip.state, #worker-head .chip.worker");
  if (chip && before.has("") && before.get("") !== chip.textContent) told.push(chip.textContent ?? "");
  if (told.length > 3) say(t("{count} tickets changed.").replace("{count}", String(told.length)));
  else for (const line of told) say(line);
}

/** @param {"on" | "waiting" | "off"} state @param {string} text */
function light(state, text) {
  const lamp = document.getElementById("live");
  if (!lamp || lamp.dataset.state === state) return;
  lamp.dataset.state = state;
  lamp.title = text;
  lamp.setAttribute("aria-label", text);
}

/** The address of a socket of the server. @param {string} path */
export function socketAddress(path) {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}`;
}

function connect() {
  const socket = new WebSocket(socketAddress(`${api}/stream`));
  const deadline = setTimeout(() => socket.close(), DEADLINE);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let health;
  socket.onopen = () => {
    clearTimeout(deadline);
    health = setTimeout(() => { wait = FIRST_WAIT; }, HEALTHY);
    for (const topic of topics) {
      count += 1;
      socket.send(JSON.stringify({ v: 1, id: `p${count}`, subscribe: { topic } }));
    }
  };
  socket.onmessage = (message) => {
    const frame = JSON.parse(message.data);
    if (frame.kind === "subscribed") {
      light("on", t("Connected: changes are shown as they come"));
      refresh(); // whatever came between the page and this
    } else if (frame.kind === "event") refresh();
    else if (frame.kind === "closed" || frame.kind === "rejected") socket.close();
  };
  socket.onclose = (event) => {
    clearTimeout(deadline);
    clearTimeout(health);
    light("waiting", t("Not connected; it is tried again"));
    if (event.code === 1008 || (event.code >= 4400 && event.code < 4500)) return;
    setTimeout(connect, wait * (0.75 + Math.random() / 2));
    wait = Math.min(wait * 2, LONGEST_WAIT);
  };
}

if (topics.length && api && document.documentElement.dataset.proof) connect();
// A page that is shown again from the browser's memory is of another time.
addEventListener("pageshow", (event) => { if (event.persisted) refresh(); });
