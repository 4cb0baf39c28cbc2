// @ts-check
/**
 * A live room in an open page. The form works without this file; with it messages come and go without a reload.
 * What is typed is never lost: it stands in the form, or in the log as waiting, until the server acknowledged it.
 */

import { isLeaving } from "./exit.js";
import { Hand } from "./live-hand.js";
import { Line } from "./live-line.js";
import { addName, Log } from "./live-log.js";
import { Mine } from "./live-mine.js";
import { Waiting } from "./live-waiting.js";
import { setServerHtml } from "./trusted.js";

const IDLE_WORDS = "Up to 500 characters.";
const PAUSE = "Pause new messages";
const GO_ON = "Go on with new messages";
const HANDS = new Set(["open", "slow", "one_voice"]); // hands are raised in these
const WRITING_EVERY_MS = 3000;
const WRITING_SHOWN_MS = 5000;

/** @typedef {import("./live-line.js").Frame} Frame */

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
    this.hand = this.handIn(root);
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
    /** what was put back into the field, and still stands there unless it was changed */
    this.returned = "";
    this.writingAt = this.writingTimer = this.waitTimer = 0;
    this.awaySince = 0;
    this.missed = this.missedUntil = 0;
    /** @type {((count: number) => void) | null} */
    this.tellMissed = null;
    this.waiting = new Waiting(log, (frame) => this.line.send(frame));
    this.line = new Line(root.dataset.live ?? "", Number(root.dataset.after), {
      frame: (frame) => this.take(frame),
      away: () => this.wentAway(),
      over: (code) => this.ended(code),
    }, this.wishes);
  }

  /** @param {HTMLElement} root */
  handIn(root) {
    const form = /** @type {HTMLFormElement | null} */ (part(root, "[data-live-hand]"));
    const button = /** @type {HTMLButtonElement | null} */ (part(root, "[data-live-hand-button]"));
    return form && button && new Hand(form, button, (words) => this.say(words), () => void this.mine?.look());
  }

  start() {
    this.form?.addEventListener("submit", (event) => this.submit(event));
    this.field?.addEventListener("input", () => this.typed());
    this.offerPause();
    window.addEventListener("beforeunload", (event) => {
      if (this.waiting.isAny && !isLeaving()) event.preventDefault(); // words not yet acknowledged
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
    this.waiting.sendAll();
  }

  wentAway() {
    this.awaySince ||= Date.now();
    this.say("The connection is lost for the moment. Your words stay here, and we keep trying.");
  }

  /** @param {number} code */
  ended(code) {
    for (const id of this.waiting.ids()) this.giveBack(id);
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
    this.hand?.offer(HANDS.has(room.state));
    this.offerWayOn();
  }

  /** Who one is here, and whether one's hand is up. Whoever gets the floor has a name from then on. @param {string} me @param {string} hand */
  isMe(me, hand) {
    this.me = me || this.me;
    this.hand?.show(hand);
    if (this.room) this.stand(this.room);
  }

  /** The room is over: once no words are left in this page, the way on takes the place of the form. */
  offerWayOn() {
    if (this.room?.state !== "closed" || this.waiting.isAny || this.field?.value.trim()) return;
    const on = part(this.root, "[data-live-on]");
    const wasHere = this.form?.contains(document.activeElement);
    this.form?.setAttribute("hidden", "");
    for (const each of this.root.querySelectorAll("[data-live-open]")) each.setAttribute("hidden", "");
    on?.removeAttribute("hidden");
    if (wasHere) on?.focus();
  }

  /** @param {Frame} event */
  heard(event) {
    if (event.mine && event.kind === "said" && this.waiting.isAny) return void this.early.push(event);
    return this.kept && event.kind !== "aside" ? this.keep(event) : this.event(event);
  }

  /** @param {Frame} event */
  event(event) {
    if (event.kind === "aside") return void this.mine?.look();
    if ((event.seq ?? 0) > this.missedUntil) this.tellMissed = null; // whatever the last missed number was
    if (event.kind === "said" && event.html) {
      if (this.tellMissed) this.tellMissed(this.missed += 1);
      this.log.show(event.html, true);
      addName(part(this.root, "[data-live-names]"), this.log.made(event.html));
    } else if (event.html) {
      this.log.show(event.html, false);
    }
    return undefined;
  }

  /** A button that stops the log from moving, for as long as one likes. Nothing is missed meanwhile. */
  offerPause() {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-quiet";
    button.textContent = PAUSE;
    button.addEventListener("click", () => {
      const kept = this.kept;
      this.kept = kept ? null : [];
      button.textContent = this.kept ? GO_ON : PAUSE;
      for (const event of kept ?? []) this.event(event);
    });
    this.pauseButton = button;
    part(this.root, "[data-live-pause]")?.append(button);
  }

  /** @param {Frame} event */
  keep(event) {
    this.kept?.push(event);
    const count = (this.kept ?? []).filter((each) => each.kind === "said").length;
    if (this.pauseButton && count) this.pauseButton.textContent = `${GO_ON} (${count} new)`;
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
    this.waiting.add(body, this.me);
    this.field.value = "";
  }

  /** @param {Frame} ack */
  acknowledged(ack) {
    this.early = this.early.filter((event) => event.post !== ack.post);
    const unsent = this.settle(ack.client_id);
    this.me = ack.name || this.me;
    const item = this.log.made(ack.html);
    if (item) this.log.appendOwn(item, unsent?.item ?? null);
    if (ack.card) this.mine?.add(ack.card);
    this.say(ack.state === "held" ? "Saved. It waits for a moderator, and only you see it." : IDLE_WORDS);
  }

  /** @param {Frame} rejected */
  rejected(rejected) {
    this.giveBack(rejected.client_id);
    this.say(rejected.sentence);
    if (rejected.seconds) this.countDown(rejected.seconds, rejected.sentence);
    if (rejected.reason === "no_voice") this.hasVoice = false;
  }

  /** Put the words back into the field, in their order and before whatever was typed since. @param {string} id */
  giveBack(id) {
    const unsent = this.waiting.find(id);
    if (!unsent) return;
    unsent.item.remove();
    if (this.field) {
      const before = `${this.field.value}\n`.startsWith(`${this.returned}\n`) ? this.returned : "";
      const typed = this.field.value.slice(before.length).replace(/^\n/, "");
      this.returned = [before, unsent.body].filter(Boolean).join("\n");
      this.field.value = [this.returned, typed].filter(Boolean).join("\n");
    }
    this.settle(id);
  }

  /** @param {string} id */
  settle(id) {
    const unsent = this.waiting.settle(id);
    if (!this.waiting.isAny) for (const event of this.early.splice(0)) this.heard(event);
    this.offerWayOn();
    return unsent;
  }
}

const root = /** @type {HTMLElement | null} */ (document.querySelector("[data-live]"));
const wrapper = root && part(root, "[data-live-log]");
if (root && wrapper) new Room(root, new Log(wrapper)).start();
