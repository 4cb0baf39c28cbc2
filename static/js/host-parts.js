// @ts-check
/**
 * The parts of the host's console, each renewed by itself from a page that was fetched. Nothing moves under a hand, and
 * nothing typed is lost: a part that someone points at, types in or has opened offers "New: press to renew" instead.
 */

import { setServerHtml } from "./trusted.js";

const ALWAYS = "state"; // no fields, nothing to lose
const BY_ITSELF = "problem"; // stands until the next press, whatever happens in the room

/** @param {ParentNode} root @returns {HTMLElement[]} */
const partsIn = (root) => [.../** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-part]"))];

/** @param {string} html a whole page @returns {DocumentFragment} its elements, inert */
export function elementsOf(html) {
  const holder = document.createElement("template");
  setServerHtml(holder, html);
  return holder.content;
}

/** Whether a person changed any field in here. @param {Element} root */
function isTyped(root) {
  return [...root.querySelectorAll("input, textarea, select")].some(isChanged);
}

/** @param {Element} field @returns {boolean} whether it holds something else than the page came with */
function isChanged(field) {
  if (field instanceof HTMLTextAreaElement) return field.value !== field.defaultValue;
  if (field instanceof HTMLInputElement && field.type !== "hidden") {
    return field.value !== field.defaultValue || field.checked !== field.defaultChecked;
  }
  if (!(field instanceof HTMLSelectElement)) return false;
  const usual = [...field.options].findIndex((option) => option.defaultSelected);
  return field.selectedIndex !== Math.max(0, usual);
}

/** What a part says, without what differs in each page: keys of forms, and how long ago. @param {Element} part */
function saidBy(part) {
  const copy = /** @type {Element} */ (part.cloneNode(true));
  for (const each of copy.querySelectorAll("input[type=hidden], [data-new]")) each.remove();
  for (const each of copy.querySelectorAll("time")) each.textContent = "";
  for (const each of copy.querySelectorAll("details[open]")) each.removeAttribute("open");
  return copy.innerHTML.trim();
}

/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Field */

/** Fields by what they are for, the same in any later page. @param {Element} part @returns {Map<string, Field>} */
function fieldsOf(part) {
  const found = /** @type {Field[]} */ ([...part.querySelectorAll("input:not([type=hidden]), textarea, select")]);
  return new Map(found.map((field) => [`${field.form?.getAttribute("action")} ${field.name} ${choiceOf(field)}`, field]));
}

/** One of several choices under the same name. @param {Field} field */
const choiceOf = (field) => (field instanceof HTMLInputElement && ["checkbox", "radio"].includes(field.type) ? field.value : "");

/** A fold by the forms in it, or by its place where it has none. @param {HTMLDetailsElement} fold @param {number} place */
const foldKey = (fold, place) => fold.querySelector("form")?.getAttribute("action") ?? `fold ${place}`;

/** @param {Element} part @returns {Map<string, HTMLDetailsElement>} */
const foldsOf = (part) => new Map([...part.querySelectorAll("details")].map((fold, place) => [foldKey(fold, place), fold]));

/**
 * Take along what is typed, chosen and open; the newer part stands in the page already.
 * @param {Map<string, Field>} typed @param {string[]} open @param {Element} part @returns {string[]} words that found no place
 */
function carryOver(typed, open, part) {
  const folds = foldsOf(part);
  for (const key of open) folds.get(key)?.setAttribute("open", "");
  const fields = fieldsOf(part);
  const lost = [];
  for (const [key, from] of typed) {
    const to = fields.get(key);
    if (to) to.value = from.value;
    else if (from instanceof HTMLTextAreaElement || from instanceof HTMLInputElement) lost.push(from.value);
    if (to instanceof HTMLInputElement && from instanceof HTMLInputElement) to.checked = from.checked;
  }
  return lost.filter(Boolean);
}

/** Words whose place is gone are given back, as plain text. @param {string} words */
function givenBack(words) {
  const line = document.createElement("p");
  line.className = "notice as-written";
  line.dir = "auto";
  line.textContent = `What you were writing has no place here any more: ${words}`;
  return line;
}

export class Parts {
  constructor() {
    /** @type {Map<HTMLElement, HTMLElement>} a part, and what is to stand there once the hand leaves it */
    this.waiting = new Map();
    for (const part of partsIn(document)) {
      for (const sign of ["pointerleave", "focusout", "toggle"]) {
        part.addEventListener(sign, () => window.setTimeout(() => this.settle(part), 50), true);
      }
    }
  }

  /** Renew what has changed. @param {DocumentFragment} page @param {Element | null} acted the form that was just sent */
  take(page, acted = null) {
    const fresh = new Map(partsIn(page).map((part) => [part.dataset.part, part]));
    for (const part of partsIn(document)) {
      if (part.dataset.part === BY_ITSELF) continue;
      const now = fresh.get(part.dataset.part) ?? document.createElement("div");
      this.waiting.delete(part);
      part.querySelector(":scope > [data-new]")?.remove();
      if (saidBy(part) === saidBy(now)) continue;
      if (acted && part.contains(acted) && !isTyped(part)) this.put(part, now, true);
      else if (this.isUnderHand(part)) this.offer(part, now);
      else this.put(part, now, false);
    }
  }

  /** @param {HTMLElement} part */
  isUnderHand(part) {
    if (part.contains(document.activeElement)) return true;
    if (part.dataset.part === ALWAYS) return false;
    return part.matches(":hover") || part.querySelector("details[open]") !== null || isTyped(part);
  }

  /** @param {HTMLElement} part @param {HTMLElement} now */
  offer(part, now) {
    this.waiting.set(part, now);
    const line = document.createElement("p");
    line.dataset.new = "";
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-secondary button-small";
    button.textContent = "New: press to renew";
    button.addEventListener("click", () => this.put(part, now, true));
    line.append(button);
    part.prepend(line);
  }

  /** The hand has left: what waited is put there. @param {HTMLElement} part */
  settle(part) {
    const now = this.waiting.get(part);
    if (now && !this.isUnderHand(part)) this.put(part, now, false);
  }

  /** @param {HTMLElement} part @param {HTMLElement} now @param {boolean} focuses whether the focus was in it */
  put(part, now, focuses) {
    this.waiting.delete(part);
    const typed = new Map([...fieldsOf(part)].filter(([, field]) => isChanged(field)));
    const open = [...foldsOf(part)].filter(([, fold]) => fold.open).map(([key]) => key);
    part.replaceChildren(...now.childNodes);
    part.prepend(...carryOver(typed, open, part).map(givenBack));
    if (focuses) /** @type {HTMLElement | null} */ (part.querySelector("h2"))?.focus();
  }
}
