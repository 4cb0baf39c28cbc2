// @ts-check
/** The log of a live room: puts server-rendered messages in their place, once, and keeps the reader's place. */

import { setServerHtml } from "./trusted.js";

const NEAR_END_PX = 120;
const QUIET_MS = 600;

export class Log {
  /** @param {HTMLElement} wrapper the scrolling element with role="log" */
  constructor(wrapper) {
    this.wrapper = wrapper;
    this.list = /** @type {HTMLElement} */ (wrapper.querySelector("ol"));
    this.quietTimer = 0;
    localTimes(this.list);
    if (this.scrollsItself) this.toEnd();
  }

  /** One item made from the server's HTML. @param {string} html @returns {HTMLElement | null} */
  made(html) {
    const holder = document.createElement("ol");
    setServerHtml(holder, html);
    const item = /** @type {HTMLElement | null} */ (holder.firstElementChild);
    if (item) localTimes(item);
    return item;
  }

  /** Show a message: new at the end, or in place of what stood there. @param {string} html @param {boolean} isNew */
  show(html, isNew) {
    const item = this.made(html);
    if (!item) return;
    const standing = document.getElementById(item.id);
    const isOwn = standing?.classList.contains("said-own") ?? false;
    if (isOwn && isNew && !standing?.classList.contains("post-gone")) return; // its acknowledgement was quicker
    if (isOwn) asOwn(item);
    if (standing) standing.replaceWith(item);
    else if (isNew) this.append(item);
  }

  /** @param {HTMLElement} item */
  append(item) {
    const follow = this.isAtEnd;
    this.list.querySelector("[data-live-empty]")?.remove();
    this.list.append(item);
    if (follow) this.toEnd();
  }

  /** Show one's own message without having it read aloud again. @param {HTMLElement} item @param {Element | null} [instead] */
  appendOwn(item, instead = null) {
    window.clearTimeout(this.quietTimer);
    this.wrapper.setAttribute("aria-live", "off");
    document.getElementById(item.id)?.remove();
    if (instead) instead.replaceWith(item);
    else this.append(item);
    this.toEnd();
    this.quietTimer = window.setTimeout(() => this.wrapper.setAttribute("aria-live", "polite"), QUIET_MS);
  }

  /** "You were away": a divider that counts what follows it. @returns {(count: number) => void} */
  divider(/** @type {number} */ seconds) {
    const item = document.createElement("li");
    item.className = "here";
    const minutes = Math.round(seconds / 60);
    const away = minutes > 0 ? `${minutes} min` : `${Math.max(1, Math.round(seconds))} s`;
    return (count) => {
      item.textContent = `You were away ${away}: ${count} message${count === 1 ? "" : "s"}`;
      if (!item.isConnected) this.append(item);
    };
  }

  /** On a wide screen the log scrolls by itself; on a phone the page does. */
  get scrollsItself() {
    return this.wrapper.scrollHeight > this.wrapper.clientHeight + 1;
  }

  get isAtEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.wrapper;
    if (this.scrollsItself) return scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
    const last = this.list.lastElementChild?.getBoundingClientRect();
    return !last || last.top < window.innerHeight;
  }

  toEnd() {
    if (this.scrollsItself) this.wrapper.scrollTop = this.wrapper.scrollHeight;
    else this.list.lastElementChild?.scrollIntoView({ block: "nearest" });
  }
}

/** Everyone's form of a message, as its author sees it. @param {HTMLElement} item */
function asOwn(item) {
  item.classList.add("said-own");
  for (const each of item.querySelectorAll(".said-actions, .help-one-line")) each.remove();
  const you = Object.assign(document.createElement("span"), { className: "quiet", textContent: "you" });
  item.querySelector(".said-head time")?.before(you);
}

/** Clock times in the reader's own zone. @param {ParentNode} root */
function localTimes(root) {
  for (const time of /** @type {NodeListOf<HTMLTimeElement>} */ (root.querySelectorAll("time[datetime]"))) {
    const at = new Date(time.dateTime);
    const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
    if (!Number.isNaN(at.getTime())) time.textContent = `${two(at.getHours())}:${two(at.getMinutes())}`;
  }
}

/** Whoever spoke is named beside the log, once. @param {HTMLElement | null} list @param {HTMLElement | null} said */
export function addName(list, said) {
  const name = said?.querySelector(".said-head bdi")?.textContent;
  if (!list || !name || [...list.querySelectorAll("bdi")].some((each) => each.textContent === name)) return;
  list.querySelector(".quiet")?.remove();
  const item = document.createElement("li");
  item.append(Object.assign(document.createElement("bdi"), { textContent: name }));
  list.append(item);
}
