// Forms that make something: a ticket, a worker, a runtime.
// @ts-check

import { api, base, call, complain, say, wordsOf } from "./api.js";
import { forget } from "./app.js";
import { t } from "./words.js";

/**
 * Send a form; what is wrong is told within it, and what was typed stays.
 * @param {string} id @param {(given: FormData) => Promise<void>} send
 */
function onSubmit(id, send) {
  const form = /** @type {HTMLFormElement | null} */ (document.getElementById(id));
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = /** @type {HTMLButtonElement} */ (form.querySelector("button.primary"));
    const wrong = /** @type {HTMLElement | null} */ (form.querySelector("[role=alert]"));
    button.disabled = true;
    try {
      await send(new FormData(form));
      forget(form);
    } catch (error) {
      if (wrong) {
        wrong.textContent = wordsOf(error);
        wrong.hidden = false;
      } else complain(error);
    } finally {
      button.disabled = false;
    }
  });
}

/** @param {FormDataEntryValue | null} value */
const orNull = (value) => String(value ?? "").trim() || null;
/** @param {FormDataEntryValue | null} value @param {RegExp} between */
const many = (value, between) => String(value ?? "").split(between).map((one) => one.trim()).filter(Boolean);

onSubmit("ticket-form", async (given) => {
  const form = /** @type {HTMLFormElement} */ (document.getElementById("ticket-form"));
  const description = /** @type {HTMLTextAreaElement} */ (form.elements.namedItem("description"));
  const made = await call("POST", "/tickets", {
    title: given.get("title"),
    description: description.value === description.defaultValue ? null : description.value,
    priority: orNull(given.get("priority")), assignee: orNull(given.get("assignee")),
    tags: many(given.get("tags"), /[,、]/), acceptance: many(given.get("acceptance"), /\n/),
    depends_on: many(given.get("depends_on"), /[\s,]+/), objective: orNull(given.get("objective")),
  });
  forget(form);
  location.assign(`${base}/tickets/${made.id ?? made.ticket}`);
});

onSubmit("worker-form", async (given) => {
  const made = await call("POST", "/workers", {
    runtime_id: given.get("runtime_id"), profile: given.get("profile"), ticket: orNull(given.get("ticket")),
    name: orNull(given.get("name")), text: orNull(given.get("text")), input: given.get("input") === "on",
  });
  const { runtime_id: runtime, worker_id: worker } = made.worker;
  forget(/** @type {HTMLFormElement} */ (document.getElementById("worker-form")));
  location.assign(`${base}/runtimes/${encodeURIComponent(runtime)}/workers/${encodeURIComponent(worker)}`);
});

onSubmit("objective-form", async (given) => {
  const made = await call("POST", "/objectives", {
    title: given.get("title"), tickets: many(given.get("tickets"), /[\s,]+/),
  });
  forget(/** @type {HTMLFormElement} */ (document.getElementById("objective-form")));
  location.assign(`${base}/objectives/${made.id}`);
});

onSubmit("link-form", async (given) => {
  const form = /** @type {HTMLFormElement} */ (document.getElementById("link-form"));
  await call("POST", `/objectives/${encodeURIComponent(form.dataset.objective ?? "")}/links`, {
    tickets: many(given.get("tickets"), /[\s,]+/),
  });
  forget(form);
  location.reload();
});

onSubmit("runtime-form", async (given) => {
  await call("POST", "/settings/runtimes", {
    url: given.get("url"), name: given.get("name"), token_env: orNull(given.get("token_env")),
  });
  location.reload();
});

document.addEventListener("click", async (event) => {
  const target = event.target instanceof Element ? event.target : null;
  const test = /** @type {HTMLButtonElement | null} */ (target?.closest("[data-test-runtime]"));
  const remove = /** @type {HTMLButtonElement | null} */ (target?.closest("[data-remove-runtime]"));
  try {
    if (test) {
      const where = /** @type {HTMLElement} */ (test.closest("li")?.querySelector("[data-result]"));
      where.textContent = t("It is asked …");
      const found = await call("POST", `/settings/runtimes/${encodeURIComponent(test.dataset.testRuntime ?? "")}/test`);
      const missing = found.checks.filter((/** @type {{is_there: boolean}} */ one) => !one.is_there);
      where.textContent = found.compatible
        ? `${t("It can do all that pages need.")} yoi ${found.version}`
        : found.message ?? `${t("Missing:")} ${missing.map((/** @type {{name: string}} */ one) => one.name).join(", ")}`;
    } else if (remove) {
      await call("DELETE", `/settings/runtimes/${encodeURIComponent(remove.dataset.removeRuntime ?? "")}`);
      say(t("The runtime is not in the registry any more."));
      remove.closest("li")?.remove();
    }
  } catch (error) {
    complain(error);
  }
});
void api;
