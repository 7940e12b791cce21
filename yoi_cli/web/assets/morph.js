// Bringing a part of the page up to a newer one: elements that stay are kept, with the focus, what
// is typed, what is unfolded and how far it is scrolled.
// @ts-check

/** @typedef {Map<string, Element>} Pool */

/** @param {Element} old @param {Element} fresh */
export function morph(old, fresh) {
  const focused = document.activeElement;
  const anchor = focused && old.contains(focused) ? anchorOf(focused) : null;
  /** @type {Pool} */
  const pool = new Map();
  for (const one of old.querySelectorAll("[id]")) pool.set(one.id, one);
  update(old, fresh, pool);
  if (anchor && document.activeElement !== focused) refocus(/** @type {HTMLElement} */ (focused), anchor);
}

/** @param {Element} focused @returns {{id: string, place: number, kind: string}} */
function anchorOf(focused) {
  const owner = focused.closest("[id]");
  const place = owner ? [...owner.querySelectorAll(focused.tagName)].indexOf(focused) : -1;
  return { id: owner?.id ?? "", place, kind: focused.tagName };
}

/** @param {HTMLElement} focused @param {{id: string, place: number, kind: string}} anchor */
function refocus(focused, anchor) {
  if (focused.isConnected) {
    focused.focus({ preventScroll: true });
    if (document.activeElement === focused) return;
  }
  const owner = anchor.id ? document.getElementById(anchor.id) : null;
  const target = owner && (owner.querySelectorAll(anchor.kind)[anchor.place] ?? owner);
  const other = target instanceof HTMLElement ? target : document.getElementById("main");
  other?.focus({ preventScroll: true });
}

/** @param {Element} old @param {Element} fresh @param {Pool} pool */
function update(old, fresh, pool) {
  if (old.isEqualNode(fresh)) return;
  attributes(old, fresh);
  if (old.matches("textarea, input, select")) return;
  children(old, fresh, pool);
}

/** @param {Element} old @param {Element} fresh */
function attributes(old, fresh) {
  const keeps = old.tagName === "DETAILS" ? "open" : "";
  const typed = old === document.activeElement && old.matches("input, textarea, select");
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && name !== keeps && !typed) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value && name !== keeps && !typed) old.setAttribute(name, value);
  }
}

/** @param {Element} old @param {Element} fresh @param {Pool} pool */
function children(old, fresh, pool) {
  let at = old.firstChild;
  for (const next of [...fresh.childNodes]) {
    const kept = next instanceof Element && next.id ? pool.get(next.id) : undefined;
    if (kept && kept.tagName === /** @type {Element} */ (next).tagName && !kept.contains(old)) {
      pool.delete(kept.id);
      if (kept === at) at = at.nextSibling;
      else place(old, kept, at);
      update(kept, /** @type {Element} */ (next), pool);
      continue;
    }
    if (at && isAlike(at, next)) {
      const here = at;
      at = at.nextSibling;
      if (here instanceof Element) update(here, /** @type {Element} */ (next), pool);
      else if (here.nodeValue !== next.nodeValue) here.nodeValue = next.nodeValue;
      continue;
    }
    old.insertBefore(document.importNode(next, true), at);
  }
  while (at) {
    const gone = at;
    at = at.nextSibling;
    gone.remove();
  }
}

/** @param {Node} one @param {Node} other */
function isAlike(one, other) {
  if (one.nodeType !== other.nodeType || one.nodeName !== other.nodeName) return false;
  return !(one instanceof Element) || (!one.id && !(/** @type {Element} */ (other).id));
}

/** Moving keeps the state of an element where the browser can. @param {Element} parent @param {Element} one @param {Node | null} before */
function place(parent, one, before) {
  const move = /** @type {any} */ (parent).moveBefore;
  if (typeof move === "function" && one.isConnected) {
    try {
      move.call(parent, one, before);
      return;
    } catch {
      // It may not be moved there with its state.
    }
  }
  parent.insertBefore(one, before);
}
