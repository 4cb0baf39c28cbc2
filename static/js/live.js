// @ts-check
/**
 * A live room in an open page. The form works without this file; with it messages come and go without a reload.
 * What is typed is never lost: it stands in the form, or in the log as waiting, until the server acknowledged it.
 */

import { isLeaving } from "./exit.js";
import { Line } from "./live-line.js";
import { Log } from "./live-log.js";
import { setServerHtml } from "./trusted.js";

const AGAIN_AFTER_MS = 8000;
const IDLE_WORDS = "Up to 500 characters.";

/** @typedef {import("./live-line.js").Frame} Frame */
/** @typedef {{ id: string, body: string, item: HTMLElement, timer: number }} Waiting */

/** @param {ParentNode} root @param {string} selector @returns {HTMLElement | null} */
const part = (root, selector) => root.querySelector(selector);

class Room {
  /** @param {HTMLElement} root @param {Log} log */
  constructor(root, log) {
    this.root = root;
    this.log = log;
    this.bar = part(root, "[data-live-bar]");
    this.mine = part(root, "[data-live-mine]");
    this.paused = part(root, "[data-live-paused]");
    this.words = part(root, "[data-live-line]");
    this.form = /** @type {HTMLFormElement | null} */ (part(root, "[data-live-form]"));
    this.field = /** @type {HTMLTextAreaElement | null} */ (this.form?.querySelector("textarea") ?? null);
    this.hasVoice = false;
    this.me = root.dataset.me ?? "";
    this.isHost = "host" in root.dataset;
    this.awaySince = 0;
    this.missed = 0;
    this.missedUntil = 0;
    /** @type {((count: number) => void) | null} */
    this.tellMissed = null;
    /** @type {Map<string, Waiting>} */
    this.waiting = new Map();
    this.line = new Line(root.dataset.live ?? "", Number(root.dataset.after), {
      frame: (frame) => this.take(frame),
      away: () => this.wentAway(),
      over: (code) => this.ended(code),
    });
  }

  start() {
    this.form?.addEventListener("submit", (event) => this.submit(event));
    this.field?.addEventListener("input", () => this.say(IDLE_WORDS));
    window.addEventListener("beforeunload", (event) => {
      if (this.waiting.size > 0 && !isLeaving()) event.preventDefault(); // words not yet acknowledged
    });
    this.line.start();
  }

  /** @param {string} words a short line under the field */
  say(words) {
    if (this.words && this.words.textContent !== words) this.words.textContent = words;
  }

  /** @param {Frame} frame */
  take(frame) {
    switch (frame.type) {
      case "hello": return this.arrived(frame);
      case "room": return this.stand(frame);
      case "event": return this.event(frame);
      case "ack": return this.acknowledged(frame);
      case "rejected": return this.rejected(frame);
      case "error": return this.say(frame.sentence);
      default: return undefined;
    }
  }

  /** @param {Frame} hello */
  arrived(hello) {
    this.hasVoice = hello.has_voice;
    this.me = hello.me || this.me;
    this.stand(hello);
    part(document, "[data-live-plain]")?.setAttribute("hidden", "");
    if (this.awaySince && hello.last_seq > this.line.after) {
      this.missed = 0;
      this.missedUntil = hello.last_seq;
      this.tellMissed = this.log.divider((Date.now() - this.awaySince) / 1000);
    }
    if (this.awaySince) this.say(IDLE_WORDS);
    this.awaySince = 0;
    for (const waiting of this.waiting.values()) this.send(waiting);
  }

  wentAway() {
    this.awaySince ||= Date.now();
    this.say("The connection is lost for the moment. Your words stay here, and we keep trying.");
  }

  /** @param {number} code */
  ended(code) {
    if (code !== 4001) return this.say("This live room is closed.");
    this.hasVoice = false;
    for (const waiting of [...this.waiting.values()]) this.giveBack(waiting);
    return this.say("You are signed out here. What you wrote is still on this page.");
  }

  /** How the room stands. @param {Frame} room */
  stand(room) {
    if (this.bar) {
      setServerHtml(this.bar, room.html);
      this.bar.classList.toggle("live-state-holding", room.holding);
      this.bar.classList.toggle("live-state-closed", room.state === "closed");
    }
    const quiet = !room.may_speak && !(this.isHost && room.host_present);
    this.paused?.toggleAttribute("hidden", !quiet);
    const why = part(this.root, "[data-live-why]");
    if (why && room.why) why.textContent = room.why;
    part(this.root, "[data-live-send]")?.toggleAttribute("disabled", quiet);
  }

  /** @param {Frame} event */
  event(event) {
    if (event.kind === "said" && event.html) {
      if (this.tellMissed) this.tellMissed(this.missed += 1);
      this.log.show(event.html, true);
    } else if (event.html) {
      this.log.show(event.html, false);
    }
    if ((event.seq ?? 0) >= this.missedUntil) this.tellMissed = null;
  }

  /** @param {SubmitEvent} event */
  submit(event) {
    const body = this.field?.value.trim() ?? "";
    if (!this.hasVoice || !this.field || !body) return; // the form itself does it: the first message makes a name
    event.preventDefault();
    const id = newId();
    const waiting = { id, body, item: waitingItem(body, this.me), timer: 0 };
    this.waiting.set(id, waiting);
    this.log.appendOwn(waiting.item);
    this.field.value = "";
    this.send(waiting);
  }

  /** Send, or send again: the same id makes it the same message. @param {Waiting} waiting */
  send(waiting) {
    this.line.send({ type: "say", client_id: waiting.id, body: waiting.body });
    window.clearTimeout(waiting.timer);
    waiting.timer = window.setTimeout(() => this.offerAgain(waiting), AGAIN_AFTER_MS);
  }

  /** @param {Waiting} waiting */
  offerAgain(waiting) {
    if (!this.waiting.has(waiting.id) || waiting.item.querySelector("button")) return;
    const again = document.createElement("button");
    again.type = "button";
    again.className = "button button-quiet";
    again.textContent = "Send again";
    again.addEventListener("click", () => this.send(waiting));
    waiting.item.append(again);
  }

  /** @param {Frame} ack */
  acknowledged(ack) {
    const waiting = this.waiting.get(ack.client_id);
    this.settle(ack.client_id);
    this.me = ack.name || this.me;
    const item = this.log.made(ack.html);
    if (item) this.log.appendOwn(item, waiting?.item ?? null);
    if (ack.card && this.mine) {
      const card = document.createElement("div");
      setServerHtml(card, ack.card);
      card.tabIndex = -1;
      this.mine.append(card);
      card.focus(); // help is not to be missed: it stands between the log and the field
    }
    this.say(ack.state === "held" ? "Saved. It waits for a moderator, and only you see it." : IDLE_WORDS);
  }

  /** @param {Frame} rejected */
  rejected(rejected) {
    const waiting = this.waiting.get(rejected.client_id);
    if (waiting) this.giveBack(waiting);
    this.say(rejected.sentence);
    if (rejected.seconds) window.setTimeout(() => this.say("You can send now."), rejected.seconds * 1000);
    if (rejected.reason === "no_voice") this.hasVoice = false;
  }

  /** Put the words back into the field, before whatever was typed since. @param {Waiting} waiting */
  giveBack(waiting) {
    this.settle(waiting.id);
    waiting.item.remove();
    if (this.field) this.field.value = [waiting.body, this.field.value].filter(Boolean).join("\n");
  }

  /** @param {string} id */
  settle(id) {
    window.clearTimeout(this.waiting.get(id)?.timer);
    this.waiting.delete(id);
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

const root = /** @type {HTMLElement | null} */ (document.querySelector("[data-live]"));
const wrapper = root && part(root, "[data-live-log]");
if (root && wrapper) new Room(root, new Log(wrapper)).start();
