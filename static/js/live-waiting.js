// @ts-check
/** One's own words in a live room until the server acknowledged them: they stand in the log as waiting, and are sent again. */

const AGAIN_AFTER_MS = 8000;

/** @typedef {{ id: string, body: string, item: HTMLElement, timer: number }} Unsent */

export class Waiting {
  /** @param {import("./live-log.js").Log} log @param {(frame: import("./live-line.js").Frame) => unknown} send */
  constructor(log, send) {
    this.log = log;
    this.send = send;
    /** @type {Map<string, Unsent>} */
    this.all = new Map();
  }

  get isAny() {
    return this.all.size > 0;
  }

  /** @returns {string[]} in the order in which they were written */
  ids() {
    return [...this.all.keys()];
  }

  /** @param {string} id */
  find(id) {
    return this.all.get(id);
  }

  /** Show words as waiting, and send them. @param {string} body @param {string} name */
  add(body, name) {
    const unsent = { id: newId(), body, item: waitingItem(body, name), timer: 0 };
    this.all.set(unsent.id, unsent);
    this.log.appendOwn(unsent.item);
    this.sendOne(unsent);
  }

  sendAll() {
    for (const unsent of this.all.values()) this.sendOne(unsent);
  }

  /** Send, or send again: the same id makes it the same message. @param {Unsent} unsent */
  sendOne(unsent) {
    this.send({ type: "say", client_id: unsent.id, body: unsent.body });
    window.clearTimeout(unsent.timer);
    unsent.timer = window.setTimeout(() => this.offerAgain(unsent), AGAIN_AFTER_MS);
  }

  /** @param {Unsent} unsent */
  offerAgain(unsent) {
    if (!this.all.has(unsent.id) || unsent.item.querySelector("button")) return;
    const again = document.createElement("button");
    again.type = "button";
    again.className = "button button-quiet";
    again.textContent = "Send again";
    again.addEventListener("click", () => this.sendOne(unsent));
    unsent.item.append(again);
  }

  /** It waits no longer. @param {string} id @returns {Unsent | undefined} what it was; it still stands in the log */
  settle(id) {
    const unsent = this.all.get(id);
    window.clearTimeout(unsent?.timer);
    this.all.delete(id);
    return unsent;
  }
}

/** @returns {string} 22 characters that no other message has */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(11));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** One's own words, not acknowledged yet; always as plain text. @param {string} body @param {string} name */
function waitingItem(body, name) {
  const item = document.createElement("li");
  item.className = "said said-own said-waiting";
  const head = document.createElement("p");
  head.className = "said-head";
  head.textContent = name ? `${name} (you), not sent yet` : "Not sent yet";
  const words = document.createElement("p");
  words.className = "said-body";
  words.dir = "auto";
  words.textContent = body;
  item.append(head, words);
  return item;
}
