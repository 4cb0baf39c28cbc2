// @ts-check
/**
 * The line to a live room: a socket that comes back by itself, and plain requests where sockets do not get through.
 * It remembers the number of the last event, so that whatever happens nothing is missed and nothing comes twice.
 * Frames and close codes: docs/live-protocol.md.
 */

const PING_MS = 15000;
const SILENCE_MS = 20000; // looked at with each ping: a line that only looks open is found within 30 s
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30000;
const TRIES_BEFORE_ASKING = 3;
const ASK_MS = 3000;
const STAY_AWAY = new Set([4004, 4010]); // no such room; the room is closed

/** @typedef {{ type: string, seq?: number, [key: string]: any }} Frame */
/** @typedef {{ frame(frame: Frame): void, away(): void, over(code: number): void }} Hears */

export class Line {
  /**
   * @param {string} room @param {number} after the last event the page shows @param {Hears} hears
   * @param {string} [wishes] topics not to be met, as they stand in the page's address ("?hide=drugs")
   */
  constructor(room, after, hears, wishes = "") {
    this.room = room;
    this.wishes = wishes.replace("?", "&");
    this.after = after;
    this.hears = hears;
    this.tries = 0;
    this.heardAt = 0;
    this.timer = 0;
    this.asking = 0;
    this.beat = 0;
    /** @type {WebSocket | null} */
    this.socket = null;
  }

  start() {
    this.connect();
    this.beat = window.setInterval(() => this.keepAlive(), PING_MS);
    window.addEventListener("online", () => this.connect());
    window.addEventListener("offline", () => this.socket?.close());
  }

  /** @returns {boolean} whether a frame can leave at this moment */
  get isOpen() {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  /** @param {Frame} frame @returns {boolean} whether it was handed to the socket; only an answer says that it arrived */
  send(frame) {
    if (!this.isOpen) return false;
    this.socket?.send(JSON.stringify(frame));
    return true;
  }

  connect() {
    window.clearTimeout(this.timer);
    if (this.socket && this.socket.readyState <= WebSocket.OPEN) return;
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/live/${this.room}/socket?after=${this.after}${this.wishes}`);
    this.socket = socket;
    this.heardAt = Date.now(); // the time to open and to say hello counts from here
    socket.addEventListener("message", (message) => this.take(JSON.parse(message.data)));
    socket.addEventListener("close", (event) => { if (this.socket === socket) this.lost(event.code); });
  }

  /** @param {Frame} frame */
  take(frame) {
    this.heardAt = Date.now();
    if (frame.type === "hello") {
      this.tries = 0;
      this.stopAsking();
    }
    if (frame.type === "event" && !this.isNext(frame)) return;
    this.hears.frame(frame);
  }

  /** Count the event; one that came before is passed over, and after a gap we ask again. @param {Frame} event */
  isNext(event) {
    const seq = event.seq ?? 0;
    if (seq === this.after + 1) {
      this.after = seq;
      return true;
    }
    if (seq > this.after) this.send({ type: "resume", after: this.after });
    return false;
  }

  /** @param {number} code */
  lost(code) {
    this.socket = null;
    if (STAY_AWAY.has(code)) {
      window.clearInterval(this.beat);
      this.stopAsking();
      void this.ask().finally(() => this.hears.over(code));
      return;
    }
    this.tries += 1;
    this.hears.away();
    if (code === 4001) this.hears.over(code);
    if (this.tries >= TRIES_BEFORE_ASKING && !this.asking) this.asking = window.setInterval(() => void this.ask(), ASK_MS);
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (this.tries - 1));
    // At first anywhere in a second: after a restart a whole room comes back, and not all at once.
    const share = this.tries === 1 ? Math.random() : 0.5 + Math.random() / 2;
    this.timer = window.setTimeout(() => this.connect(), wait * share);
  }

  keepAlive() {
    const socket = this.socket;
    if (!socket) return;
    if (Date.now() - this.heardAt > SILENCE_MS) {
      if (!this.isOpen) this.tries = Math.max(this.tries, TRIES_BEFORE_ASKING - 1); // not even a refusal: ask plainly from now on
      this.lost(0); // a line that only looks open, or never opens, may take minutes to say so itself
      socket.close();
      return;
    }
    this.send({ type: "ping" });
  }

  /** Without a socket: ask over plain HTTP what happened since. */
  async ask() {
    try {
      const answer = await fetch(`/live/${this.room}/events?after=${this.after}${this.wishes}`, { credentials: "same-origin" });
      if (!answer.ok) return;
      const found = await answer.json();
      for (const event of found.events) if (this.isNext(event)) this.hears.frame(event);
      this.hears.frame(found.room);
      if (found.more) await this.ask();
    } catch {
      // the next try comes by itself
    }
  }

  stopAsking() {
    window.clearInterval(this.asking);
    this.asking = 0;
  }
}
