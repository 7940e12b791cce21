// Asking the server for changes, and saying what came of it.
// @ts-check

import { t } from "./words.js";

const root = document.documentElement;
export const base = root.dataset.base ?? "";
export const api = root.dataset.api ?? "";

/** What the server refused, with its words. */
export class Refusal extends Error {
  /** @param {number} status @param {{code: string, message: string, hint: string, details: Record<string, unknown>}} error */
  constructor(status, error) {
    super(error.message || error.code);
    this.status = status;
    this.code = error.code;
    this.hint = error.hint ?? "";
    this.details = error.details ?? {};
  }
}

/**
 * The data of the document with which the server answers. `path` begins with a slash and is below
 * the workspace's routes, or is whole where it begins with /api.
 * @param {string} method @param {string} path @param {unknown} [body] @returns {Promise<any>}
 */
export async function call(method, path, body) {
  const address = path.startsWith("/api") ? path : api + path;
  /** @type {Record<string, string>} */
  const headers = { accept: "application/json" };
  if (method !== "GET") headers["yoi-session"] = root.dataset.proof ?? "";
  if (body !== undefined) headers["content-type"] = "application/json";
  let answer;
  try {
    answer = await fetch(address, {
      method, headers, credentials: "same-origin", cache: "no-store",
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Refusal(0, {
      code: "unreachable", message: t("The server does not answer."),
      hint: t("What you typed is kept. Try again when it does."), details: {},
    });
  }
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) return said.data;
  const error = said.error ?? { code: "unknown", message: `HTTP ${answer.status}`, hint: "", details: {} };
  if (answer.status === 401 && error.code === "unauthorized") location.assign("/signin");
  throw new Refusal(answer.status, error);
}

/** Tell something that went well. @param {string} text */
export function say(text) {
  show("said", text, 8000);
}

/** Tell what did not. @param {unknown} error */
export function complain(error) {
  show("alert", wordsOf(error), 20000);
}

/** @param {unknown} error @returns {string} */
export function wordsOf(error) {
  if (error instanceof Refusal) return [error.message, error.hint].filter(Boolean).join(" ");
  return error instanceof Error ? error.message : String(error);
}

/** @param {string} place @param {string} text @param {number} stays */
function show(place, text, stays) {
  const where = document.getElementById(place);
  if (!where) return;
  const line = document.createElement("p");
  line.textContent = text;
  line.title = t("Click to take this away");
  line.addEventListener("click", () => line.remove());
  where.append(line);
  while (where.childElementCount > 4) where.firstElementChild?.remove();
  setTimeout(() => line.remove(), stays);
}

/**
 * An element. `made` are attributes; what is text stays text.
 * @param {string} name @param {Record<string, string | boolean | null>} [made] @param {(Node | string)[]} inside
 * @returns {HTMLElement}
 */
export function element(name, made = {}, ...inside) {
  const one = document.createElement(name);
  for (const [key, value] of Object.entries(made)) {
    if (value === true) one.setAttribute(key, "");
    else if (typeof value === "string") one.setAttribute(key, value);
  }
  one.append(...inside);
  return one;
}
