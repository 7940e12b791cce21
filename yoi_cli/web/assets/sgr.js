// What a program wrote, as text with colours: everything else that drives a terminal is left out,
// and what hides or reorders text is shown as an escape.
// @ts-check

/** @typedef {{bold: boolean, dim: boolean, italic: boolean, under: boolean, strike: boolean, swap: boolean, fore: number | string, back: number | string}} Style */

/** @returns {Style} */
export function plain() {
  return { bold: false, dim: false, italic: false, under: false, strike: false, swap: false, fore: -1, back: -1 };
}

// CSI; strings (OSC, DCS, SOS, PM, APC) to their end; other escapes; and the one-byte forms.
// eslint-disable-next-line no-control-regex
const ESCAPE = /(?:\x1b\[|\x9b)([0-?]*)[ -/]*([@-~])|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)|\x1b[ -/]*[0-~]/g;
// eslint-disable-next-line no-control-regex
const UNSAFE = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff0-\ufffb\ufffe\uffff]|[\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e00ff}\u{e01f0}-\u{e0fff}]/gu;

/** @param {string} text */
function visible(text) {
  return text.replace(/\x07|\x08/g, "").replace(UNSAFE, (one) => {
    const code = one.codePointAt(0) ?? 0;
    return code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
  });
}

/** A line in which a carriage return goes back to its start shows what was written last. @param {string} line */
function overwritten(line) {
  const whole = line.replace(/\r+$/, "");
  const at = whole.lastIndexOf("\r");
  if (at < 0) return whole;
  const colours = whole.slice(0, at).match(ESCAPE)?.filter((one) => one.endsWith("m")).join("") ?? "";
  return colours + whole.slice(at + 1);
}

/**
 * Nodes for `text`, which begins in the style `from`; that is changed to the style at its end.
 * @param {string} text @param {Style} from @returns {DocumentFragment}
 */
export function nodesOf(text, from) {
  const made = document.createDocumentFragment();
  const lines = text.includes("\r") ? text.split("\n").map(overwritten).join("\n") : text;
  let at = 0;
  ESCAPE.lastIndex = 0;
  for (let found = ESCAPE.exec(lines); found; found = ESCAPE.exec(lines)) {
    add(made, lines.slice(at, found.index), from);
    at = found.index + found[0].length;
    if (found[2] === "m") change(from, found[1]);
  }
  add(made, lines.slice(at), from);
  return made;
}

/** @param {DocumentFragment} made @param {string} text @param {Style} style */
function add(made, text, style) {
  if (!text) return;
  const shown = visible(text);
  const fore = style.swap ? style.back : style.fore;
  const back = style.swap ? style.fore : style.back;
  const names = [
    style.bold && "b", style.dim && "d", style.italic && "i", style.under && "u", style.strike && "s",
    typeof fore === "number" && fore >= 0 && `f${fore}`, typeof back === "number" && back >= 0 && `g${back}`,
    style.swap && fore === -1 && "g7",
  ].filter(Boolean);
  if (!names.length && typeof fore !== "string" && typeof back !== "string") {
    made.append(shown);
    return;
  }
  const span = document.createElement("span");
  span.className = names.join(" ");
  if (typeof fore === "string") span.style.color = readable(fore);
  if (typeof back === "string") span.style.backgroundColor = dark(back);
  span.textContent = shown;
  made.append(span);
}

/** @param {Style} style @param {string} given */
function change(style, given) {
  const numbers = (given || "0").split(/[;:]/).map(Number);
  for (let at = 0; at < numbers.length; at += 1) {
    const one = numbers[at];
    if (one === 0) Object.assign(style, plain());
    else if (one === 1) style.bold = true;
    else if (one === 2) style.dim = true;
    else if (one === 3) style.italic = true;
    else if (one === 4) style.under = true;
    else if (one === 7) style.swap = true;
    else if (one === 9) style.strike = true;
    else if (one === 22) style.bold = style.dim = false;
    else if (one === 23) style.italic = false;
    else if (one === 24) style.under = false;
    else if (one === 27) style.swap = false;
    else if (one === 29) style.strike = false;
    else if (one >= 30 && one <= 37) style.fore = one - 30;
    else if (one === 39) style.fore = -1;
    else if (one >= 40 && one <= 47) style.back = one - 40;
    else if (one === 49) style.back = -1;
    else if (one >= 90 && one <= 97) style.fore = one - 82;
    else if (one >= 100 && one <= 107) style.back = one - 92;
    else if (one === 38 || one === 48) {
      const [colour, used] = wide(numbers.slice(at + 1));
      if (one === 38) style.fore = colour;
      else style.back = colour;
      at += used;
    }
  }
}

/** A colour of 256, or of all. @param {number[]} rest @returns {[number | string, number]} */
function wide(rest) {
  if (rest[0] === 5) return [indexed(rest[1] ?? 0), 2];
  if (rest[0] === 2) return [rgb(rest[1] ?? 0, rest[2] ?? 0, rest[3] ?? 0), 4];
  return [-1, rest.length];
}

/** @param {number} number @returns {number | string} */
function indexed(number) {
  if (!(number >= 0 && number <= 255)) return -1;
  if (number < 16) return number;
  if (number >= 232) return rgb(...grey(8 + (number - 232) * 10));
  const cube = number - 16;
  const level = (/** @type {number} */ one) => (one ? 55 + one * 40 : 0);
  return rgb(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6));
}

/** @param {number} one @returns {[number, number, number]} */
const grey = (one) => [one, one, one];
/** @param {number} one */
const clamp = (one) => Math.min(255, Math.max(0, Math.round(one) || 0));
/** @param {number} r @param {number} g @param {number} b */
function rgb(r, g, b) {
  return `rgb(${clamp(r)} ${clamp(g)} ${clamp(b)})`;
}

/** @param {string} colour @returns {number[]} */
const parts = (colour) => (colour.match(/\d+/g) ?? []).map(Number);
/** @param {number[]} of */
const light = ([r, g, b]) => 0.3 * r + 0.59 * g + 0.11 * b;

/** A colour that is too dark for the console, lighter. @param {string} colour */
function readable(colour) {
  const of = parts(colour);
  const lack = 150 - light(of);
  return lack <= 0 ? colour : rgb(of[0] + lack, of[1] + lack, of[2] + lack);
}

/** A ground on which light text can be read. @param {string} colour */
function dark(colour) {
  const of = parts(colour);
  const share = Math.min(1, 60 / Math.max(1, light(of)));
  return rgb(of[0] * share, of[1] * share, of[2] * share);
}
