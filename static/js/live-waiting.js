// @ts-check
/** One's own words in a live room until the server acknowledged them: they stand in the log as waiting, and are sent again. */

const AGAIN_AFTER_MS = 8000;

/** @typedef {{ id: string, body: string, item: HTMLElement, timer: number }} Words */

export class Waiting {
  /** @param {import("./live-log.js").Log} log @param {(frame: import("./live-line.js").Frame) => unknown} send */
  constructor(log, send) {
    this.log = log;
    this.send = send;
    /** @type {Map<string, Words>} */
    this.words = new Map();
  }

  get some() {
    return this.words.size > 0;
  }

  /** Show words as waiting, and send them. @param {string} body @param {string} name */
  add(body, name) {
    const words = { id: newId(), body, item: waitingItem(body, name), timer: 0 };
    this.words.set(words.id, words);
    this.log.appendOwn(words.item);
    this.sendOne(words);
  }

  sendAll() {
    for (const words of this.words.values()) this.sendOne(words);
  }

  /** Send, or send again: the same id makes it the same message. @param {Words} words */
  sendOne(words) {
    this.send({ type: "say", client_id: words.id, body: words.body });
    window.clearTimeout(words.timer);
    words.timer = window.setTimeout(() => this.offerAgain(words), AGAIN_AFTER_MS);
  }

  /** @param {Words} words */
  offerAgain(words) {
    if (!this.words.has(words.id) || words.item.querySelector("button")) return;
    const again = document.createElement("button");
    again.type = "button";
    again.className = "button button-quiet";
    again.textContent = "Send again";
    again.addEventListener("click", () => this.sendOne(words));
    words.item.append(again);
  }

  /** They wait no longer. @param {string} id @returns {Words | undefined} what they were; they still stand in the log */
  settle(id) {
    const words = this.words.get(id);
    window.clearTimeout(words?.timer);
    this.words.delete(id);
    return words;
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
