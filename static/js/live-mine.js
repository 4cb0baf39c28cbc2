// @ts-check
/**
 * What stands in a live room for one person alone. It is fetched anew when the room says that something is there. What is
 * being read or used stays until it is left, and of the rest only what is new is read out.
 */

import { setServerHtml } from "./trusted.js";

export class Mine {
  /**
   * @param {HTMLElement} region @param {string} address
   * @param {(me: string, hand: string) => void} tells one's name here, and whether one's hand is "up", "down" or cannot be raised
   */
  constructor(region, address, tells) {
    this.region = region;
    this.address = address;
    this.tells = tells;
    this.asked = 0;
    this.answered = 0;
    this.waits = false; // something new is there, and the focus is in the way
    region.addEventListener("focusout", (event) => {
      if (this.waits && !region.contains(/** @type {Node | null} */ (event.relatedTarget))) void this.look();
    });
  }

  async look() {
    const number = this.asked += 1;
    try {
      const answer = await fetch(this.address, { credentials: "same-origin" });
      if (answer.ok) this.take(await answer.text(), number);
    } catch {
      // the page says that the connection is lost; coming back looks again
    }
  }

  /** @param {string} html @param {number} number of the request; an answer that was overtaken says nothing new */
  take(html, number) {
    if (number < this.answered) return;
    this.answered = number;
    const holder = document.createElement("div");
    setServerHtml(holder, html);
    const now = /** @type {HTMLElement | null} */ (holder.querySelector("[data-me]"));
    if (!now) return;
    this.tells(now.dataset.me ?? "", now.dataset.hand ?? "");
    this.waits = this.region.contains(document.activeElement);
    if (!this.waits) this.put(now);
  }

  /** Help that came with an acknowledgement: not to be missed, it stands between the log and the field. @param {string} html */
  add(html) {
    const card = document.createElement("div");
    setServerHtml(card, html);
    const about = /** @type {HTMLElement | null} */ (card.querySelector("[data-about]"))?.dataset.about;
    if (about) this.region.querySelector(`[data-about="${about}"]`)?.remove(); // the room told of it before this came
    card.tabIndex = -1;
    card.setAttribute("aria-live", "off"); // it has the focus, and is read out with that
    this.region.append(card);
    card.focus();
  }

  /** @param {HTMLElement} now */
  put(now) {
    const standing = this.region.querySelector("[data-me]");
    for (const child of [...this.region.children]) if (child !== standing) child.remove();
    if (standing) renew(standing, now);
    else this.region.append(now);
  }
}

/** Give an element the children of another, leaving alone what is there already. @param {Element} standing @param {Element} now */
function renew(standing, now) {
  let place = standing.firstElementChild;
  for (const child of [...now.children]) {
    let same = place;
    while (same && !same.isEqualNode(child)) same = same.nextElementSibling;
    if (!same) {
      standing.insertBefore(child, place);
      continue;
    }
    while (place !== same) place = removed(place);
    place = same.nextElementSibling;
  }
  while (place) place = removed(place);
}

/** @param {Element | null} element @returns {Element | null} what came after it */
function removed(element) {
  const next = element?.nextElementSibling ?? null;
  element?.remove();
  return next;
}
