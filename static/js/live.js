// @ts-check
/**
 * A live room in an open page. The form works without this file; with it messages come and go without a reload.
 * What is typed is never lost: it stands in the form, or in the log as waiting, until the server acknowledged it.
 */

import { isLeaving } from "./exit.js";
import { Line } from "./live-line.js";
import { Log } from "./live-log.js";
import { Mine } from "./live-mine.js";
import { setServerHtml } from "./trusted.js";

const AGAIN_AFTER_MS = 8000;
const IDLE_WORDS = "Up to 500 characters.";
const PAUSE = "Pause new messages";
const GO_ON = "Go on with new messages";
const HANDS = new Set(["open", "slow", "one_voice"]); // hands are raised in these
const WRITING_EVERY_MS = 3000;
const WRITING_SHOWN_MS = 5000;

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
    const mine = part(root, "[data-live-mine]");
    this.mine = mine && new Mine(mine, `/live/${root.dataset.live}/mine`, (me, hand) => this.isMe(me, hand));
    this.paused = part(root, "[data-live-paused]");
    this.handButton = /** @type {HTMLButtonElement | null} */ (part(root, "[data-live-hand-button]"));
    this.words = part(root, "[data-live-line]");
    this.form = /** @type {HTMLFormElement | null} */ (part(root, "[data-live-form]"));
    this.field = /** @type {HTMLTextAreaElement | null} */ (this.form?.querySelector("textarea") ?? null);
    this.hasVoice = false;
    this.me = root.dataset.me ?? "";
    this.wishes = root.dataset.wishes ?? "";
    /** @type {Frame | null} how the room stood last */
    this.room = null;
    /** @type {Frame[] | null} events kept back while updates are paused */
    this.kept = null;
    /** @type {Frame[]} one's own, heard before their acknowledgement, which shows them in the place where they wait */
    this.early = [];
    this.writingAt = 0;
    this.writingTimer = 0;
    this.waitTimer = 0;
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
    }, this.wishes);
  }

  start() {
    this.form?.addEventListener("submit", (event) => this.submit(event));
    this.field?.addEventListener("input", () => this.typed());
    part(this.root, "[data-live-hand]")?.addEventListener("submit", (event) => void this.hand(/** @type {SubmitEvent} */ (event)));
    this.offerPause();
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
      case "event": return this.heard(frame);
      case "writing": return this.someoneWrites();
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
    if (this.awaySince) {
      this.say(IDLE_WORDS);
      void this.mine?.look();
    }
    this.awaySince = 0;
    for (const waiting of this.waiting.values()) this.send(waiting);
  }

  wentAway() {
    this.awaySince ||= Date.now();
    this.say("The connection is lost for the moment. Your words stay here, and we keep trying.");
  }

  /** @param {number} code */
  ended(code) {
    for (const waiting of [...this.waiting.values()]) this.giveBack(waiting);
    if (code !== 4001) return this.say("This live room is closed.");
    this.hasVoice = false;
    return this.say("You are signed out here. What you wrote is still on this page.");
  }

  /** How the room stands. @param {Frame} room */
  stand(room) {
    this.room = room;
    if (this.bar) {
      setServerHtml(this.bar, room.html);
      this.bar.classList.toggle("live-state-holding", room.holding);
      this.bar.classList.toggle("live-state-closed", room.state === "closed");
    }
    const mine = room.state === "one_voice" && room.host_present && this.me !== "" && [room.host, room.floor].includes(this.me);
    const quiet = !room.may_speak && !mine;
    const label = part(this.root, "[data-live-label]");
    if (label) label.textContent = room.state === "winding_down" ? "One thing I take with me" : "Your message";
    this.paused?.toggleAttribute("hidden", !quiet);
    const why = part(this.root, "[data-live-why]");
    if (why && room.why) why.textContent = room.why;
    part(this.root, "[data-live-send]")?.toggleAttribute("disabled", quiet);
    this.handButton?.toggleAttribute("hidden", !HANDS.has(room.state));
    if (!HANDS.has(room.state)) this.showHand("down"); // the host took all of them down
    this.offerWayOn();
  }

  /** Who one is here, and whether one's hand is up. Whoever gets the floor has a name from then on. @param {string} me @param {string} hand */
  isMe(me, hand) {
    this.me = me || this.me;
    this.showHand(hand);
    if (this.room) this.stand(this.room);
  }

  /** @param {string} hand */
  showHand(hand) {
    if (!this.handButton) return;
    this.handButton.value = hand === "up" ? "down" : "up";
    this.handButton.textContent = hand === "up" ? "Take my hand down" : "Raise my hand";
  }

  /** The room is over: once no words are left in this page, the way on takes the place of the form. */
  offerWayOn() {
    if (this.room?.state !== "closed" || this.waiting.size > 0 || this.field?.value.trim()) return;
    const on = part(this.root, "[data-live-on]");
    const wasHere = this.form?.contains(document.activeElement);
    this.form?.setAttribute("hidden", "");
    for (const each of this.root.querySelectorAll("[data-live-open]")) each.setAttribute("hidden", "");
    on?.removeAttribute("hidden");
    if (wasHere) on?.focus();
  }

  /** @param {Frame} event */
  heard(event) {
    if (event.mine && event.kind === "said" && this.waiting.size > 0) return void this.early.push(event);
    return this.kept && event.kind !== "aside" ? this.keep(event) : this.event(event);
  }

  /** @param {Frame} event */
  event(event) {
    if (event.kind === "aside") return void this.mine?.look();
    if ((event.seq ?? 0) > this.missedUntil) this.tellMissed = null; // whatever the last missed number was
    if (event.kind === "said" && event.html) {
      if (this.tellMissed) this.tellMissed(this.missed += 1);
      this.log.show(event.html, true);
      this.addName(event.html);
    } else if (event.html) {
      this.log.show(event.html, false);
    }
    return undefined;
  }

  /** Whoever spoke is named beside the log, once. @param {string} html */
  addName(html) {
    const list = part(this.root, "[data-live-names]");
    const name = this.log.made(html)?.querySelector(".said-head bdi")?.textContent;
    if (!list || !name || [...list.querySelectorAll("bdi")].some((each) => each.textContent === name)) return;
    list.querySelector(".quiet")?.remove();
    const item = document.createElement("li");
    item.append(Object.assign(document.createElement("bdi"), { textContent: name }));
    list.append(item);
  }

  /** A button that stops the log from moving, for as long as one likes. Nothing is missed meanwhile. */
  offerPause() {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-quiet live-pause";
    button.textContent = PAUSE;
    button.addEventListener("click", () => {
      const kept = this.kept;
      this.kept = kept ? null : [];
      button.textContent = this.kept ? GO_ON : PAUSE;
      for (const event of kept ?? []) this.event(event);
    });
    this.pauseButton = button;
    this.log.wrapper.before(button);
  }

  /** @param {Frame} event */
  keep(event) {
    this.kept?.push(event);
    const count = (this.kept ?? []).filter((each) => each.kind === "said").length;
    if (this.pauseButton && count) this.pauseButton.textContent = `${GO_ON} (${count} new)`;
  }

  /** Raise the hand, or take it down, without leaving what is being typed. @param {SubmitEvent} event */
  async hand(event) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    const button = this.handButton;
    if (!button) return;
    const body = new FormData(form);
    const wished = button.value; // what the button says may change before the answer is here
    body.set("hand", wished);
    try {
      const answer = await fetch(form.action, { method: "POST", body, credentials: "same-origin" });
      if (!answer.ok) return this.say("Hands are not raised at this moment.");
      this.showHand(wished);
      if (wished === "down") this.say("Your hand is down.");
      void this.mine?.look(); // that it is up stands there
    } catch {
      this.say("The connection is lost for the moment. Please press again.");
    }
    return undefined;
  }

  /** Told without a name, and kept nowhere. */
  typed() {
    if (!this.waitTimer) this.say(IDLE_WORDS);
    this.offerWayOn();
    if (!this.hasVoice || !this.field?.value.trim() || Date.now() - this.writingAt < WRITING_EVERY_MS) return;
    if (this.line.send({ type: "writing" })) this.writingAt = Date.now();
  }

  someoneWrites() {
    const line = part(this.root, "[data-live-writing]");
    if (!line) return;
    line.textContent = "Someone is writing";
    window.clearTimeout(this.writingTimer);
    this.writingTimer = window.setTimeout(() => { line.textContent = ""; }, WRITING_SHOWN_MS);
  }

  /** The seconds until one can send again, counted down where the words wait. @param {number} seconds @param {string} sentence */
  countDown(seconds, sentence) {
    window.clearInterval(this.waitTimer);
    const until = Date.now() + seconds * 1000;
    this.say(sentence);
    const shown = part(this.root, "[data-live-wait]");
    this.waitTimer = window.setInterval(() => {
      const left = Math.ceil((until - Date.now()) / 1000);
      if (shown) shown.textContent = left > 0 ? `${left} s` : ""; // not announced each second
      if (left > 0) return;
      window.clearInterval(this.waitTimer);
      this.waitTimer = 0;
      this.say("You can send now.");
    }, 250);
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
    this.early = this.early.filter((event) => event.post !== ack.post);
    this.settle(ack.client_id);
    this.me = ack.name || this.me;
    const item = this.log.made(ack.html);
    if (item) this.log.appendOwn(item, waiting?.item ?? null);
    if (ack.card) this.mine?.add(ack.card);
    this.say(ack.state === "held" ? "Saved. It waits for a moderator, and only you see it." : IDLE_WORDS);
  }

  /** @param {Frame} rejected */
  rejected(rejected) {
    const waiting = this.waiting.get(rejected.client_id);
    if (waiting) this.giveBack(waiting);
    this.say(rejected.sentence);
    if (rejected.seconds) this.countDown(rejected.seconds, rejected.sentence);
    if (rejected.reason === "no_voice") this.hasVoice = false;
  }

  /** Put the words back into the field, before whatever was typed since. @param {Waiting} waiting */
  giveBack(waiting) {
    waiting.item.remove();
    if (this.field) this.field.value = [waiting.body, this.field.value].filter(Boolean).join("\n");
    this.settle(waiting.id);
  }

  /** @param {string} id */
  settle(id) {
    window.clearTimeout(this.waiting.get(id)?.timer);
    this.waiting.delete(id);
    if (this.waiting.size === 0) for (const event of this.early.splice(0)) this.heard(event);
    this.offerWayOn();
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
