// One ticket: editing without losing what others wrote, writing on it, relations, reviews.
// @ts-check

import { call, complain, element, Refusal, say } from "./api.js";
import { forget } from "./app.js";
import { refresh } from "./live.js";
import { act } from "./moves.js";
import { t } from "./words.js";

const form = /** @type {HTMLFormElement | null} */ (document.getElementById("edit-form"));
const FIELDS = ["title", "priority", "assignee", "tags", "description"];

/** @param {string} name @returns {HTMLInputElement} */
const field = (name) => /** @type {HTMLInputElement} */ (form?.elements.namedItem(name));
/** @param {string} text @returns {string[]} */
const words = (text) => text.split(/[,、]/).map((one) => one.trim()).filter(Boolean);
/** What the field was when the page was made. @param {Element | null} one */
const original = (one) => (one instanceof HTMLSelectElement ? ([...one.options].find((o) => o.defaultSelected)?.value ?? "") : /** @type {HTMLInputElement} */ (one).defaultValue);

/** @param {boolean} isOpen */
function toggle(isOpen) {
  if (!form) return;
  form.hidden = !isOpen;
  const button = document.getElementById("edit-button");
  button?.setAttribute("aria-expanded", String(isOpen));
  if (isOpen) field("title").focus();
  else button?.focus();
}

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest("#edit-button") && form) toggle(form.hidden);
  const relation = /** @type {HTMLElement | null} */ (target?.closest("[data-unrelate]"));
  if (relation) {
    const { ticket, unrelate, target: other } = relation.dataset;
    call("DELETE", `/tickets/${ticket}/relations/${encodeURIComponent(unrelate ?? "")}/${encodeURIComponent(other ?? "")}`)
      .then(() => { say(t("The relation is gone.")); refresh(); }, complain);
  }
});

/** What of the form is different, as an edit says it. */
function changed() {
  /** @type {Record<string, unknown>} */
  const body = {};
  for (const name of FIELDS) {
    const value = field(name).value;
    if (value === original(field(name))) continue;
    body[name] = name === "tags" ? words(value) : value || (name === "priority" || name === "assignee" ? null : value);
  }
  return body;
}

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = changed();
  if (!Object.keys(body).length) {
    toggle(false);
    return;
  }
  const ticket = form.dataset.ticket;
  try {
    await call("PATCH", `/tickets/${ticket}`, { ...body, expected_revision: form.dataset.revision });
    forget(form);
    toggle(false);
    say(t("Saved."));
    refresh();
  } catch (error) {
    if (error instanceof Refusal && error.code === "item_changed") showConflict(body).catch(complain);
    else complain(error);
  }
});
form?.querySelector("[data-cancel]")?.addEventListener("click", () => {
  form.reset();
  forget(form);
  toggle(false);
  refresh();
});

/** Both versions, where somebody else was first. @param {Record<string, unknown>} mine */
async function showConflict(mine) {
  if (!form) return;
  const now = await call("GET", `/tickets/${form.dataset.ticket}`);
  const theirs = now.ticket.item.frontmatter;
  const box = /** @type {HTMLElement} */ (form.querySelector(".conflict"));
  box.replaceChildren(element("p", {}, element("strong", {}, t("Somebody changed this ticket while you edited it. Nothing of yours is lost."))));
  for (const name of Object.keys(mine)) {
    const other = name === "description" ? now.ticket.item.body : Array.isArray(theirs[name]) ? theirs[name].join(", ") : theirs[name] ?? "";
    if (other === field(name).value) continue;
    const take = element("button", { type: "button", class: "small" }, t("Take theirs"));
    take.addEventListener("click", () => {
      field(name).value = other;
      take.textContent = t("Taken");
    });
    box.append(
      element("h3", {}, t(name[0].toUpperCase() + name.slice(1))),
      element("p", { class: "small" }, t("Theirs, as it is now")), element("pre", { dir: "auto" }, other || "–"),
      element("p", { class: "small" }, t("Yours")), element("pre", { dir: "auto" }, field(name).value || "–"), take,
    );
  }
  box.append(element("p", {}, t("Save again to write what stands in the form.")));
  box.hidden = false;
  form.dataset.revision = now.revision;
  box.scrollIntoView({ block: "center" });
}

// As long as nobody edits, the form follows the ticket.
document.addEventListener("yoi:refreshed", (event) => {
  const fresh = /** @type {CustomEvent<Document>} */ (event).detail.getElementById("edit-form");
  if (form?.hidden && !form.dataset.draft && fresh) {
    form.dataset.revision = fresh.dataset.revision;
    for (const name of FIELDS) {
      const other = /** @type {HTMLFormElement} */ (fresh).elements.namedItem(name);
      if (other instanceof HTMLSelectElement) for (const [n, o] of [...other.options].entries()) {
        const own = /** @type {HTMLSelectElement} */ (/** @type {unknown} */ (field(name))).options[n];
        if (own) own.selected = own.defaultSelected = o.defaultSelected;
      } else if (other) field(name).value = field(name).defaultValue = /** @type {HTMLInputElement} */ (other).defaultValue;
    }
  }
  const stale = document.getElementById("stale");
  const review = document.getElementById("review-form");
  if (stale && review) stale.hidden = stale.dataset.head === review.dataset.commit;
});
if (form?.dataset.draft) toggle(true);

const comment = /** @type {HTMLFormElement | null} */ (document.getElementById("comment-form"));
comment?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const given = new FormData(comment);
  try {
    await call("POST", `/tickets/${comment.dataset.ticket}/events`, { text: given.get("text"), kind: given.get("kind") });
    forget(comment);
    comment.reset();
    say(t("It stands on the ticket."));
    refresh();
  } catch (error) {
    complain(error);
  }
});

document.addEventListener("submit", async (event) => {
  const relate = event.target;
  if (!(relate instanceof HTMLFormElement) || relate.id !== "relate-form") return;
  event.preventDefault();
  const given = new FormData(relate);
  try {
    await call("POST", `/tickets/${relate.dataset.ticket}/relations`, {
      kind: given.get("kind"), target: String(given.get("target")).trim(), note: given.get("note") || null,
    });
    relate.reset();
    say(t("They are related."));
    refresh();
  } catch (error) {
    complain(error);
  }
});

const review = /** @type {HTMLFormElement | null} */ (document.getElementById("review-form"));
review?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = /** @type {HTMLButtonElement | null} */ (/** @type {SubmitEvent} */ (event).submitter);
  const text = String(new FormData(review).get("text"));
  try {
    const move = { action: button?.value ?? "", worker: null };
    await act(review.dataset.ticket ?? "", review.dataset.seen ?? "", move, text, review.dataset.commit);
    forget(review);
    location.assign(`${location.pathname.replace(/\/review$/, "")}`);
  } catch (error) {
    complain(error);
  }
});
