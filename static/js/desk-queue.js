// @ts-check
/** The queue of an open desk: fetched anew whenever the socket says that it moved, or every ten seconds without one. */

import { setServerHtml } from "./trusted.js";

const POLL_MS = 10000;
const FAILURES = 2; // in a row, before the page says that its list may be old
const RETRY_MS = [1000, 2000, 5000, 10000, 20000];

/** @param {string} html @returns {Set<string>} the crisis cases in a list */
function crises(html) {
  return new Set([...html.matchAll(/data-case="(\w+)" data-level="crisis"/g)].map((found) => found[1]));
}

/** @param {string} html @returns {string} which cases stand in a list, in their order: times alone are nothing new */
function order(html) {
  return [...html.matchAll(/data-case="(\w+)"/g)].map((found) => found[1]).join(" ");
}

/** The list of waiting cases and how it is kept true. */
class Queue {
  /** @param {HTMLElement} list @param {string} address @param {(words: string) => void} say */
  constructor(list, address, say) {
    this.list = list;
    this.address = address;
    this.say = say;
    this.most = Number(list.dataset.most ?? "50");
    this.tries = 0;
    this.open = false;
    this.busy = false;
    this.again = false;
    this.failed = 0;
    this.waiting = "";
    this.shown = list.innerHTML;
    this.known = crises(list.innerHTML);
    for (const sign of ["pointerleave", "focusout"]) list.addEventListener(sign, () => this.showWaiting());
  }

  /** One request at a time; what moved meanwhile is asked for once more. */
  async refresh() {
    if (this.busy) {
      this.again = true;
      return;
    }
    this.busy = true;
    const answer = await fetch(this.address, { credentials: "same-origin", redirect: "error" }).catch(() => null);
    this.failed = answer?.ok ? 0 : this.failed + 1;
    document.querySelector("[data-queue-stale]")?.toggleAttribute("hidden", this.failed < FAILURES);
    if (answer?.ok) this.show(await answer.text());
    this.busy = false;
    if (this.again) {
      this.again = false;
      void this.refresh();
    }
  }

  /** Nothing moves under a hand: while the pointer or the focus is in the list, what is new waits. @param {string} html */
  show(html) {
    const found = crises(html);
    if ([...found].some((name) => !this.known.has(name))) this.say("A crisis case came");
    this.known = found;
    if (!this.list.matches(":hover") && !this.list.contains(document.activeElement)) return this.put(html);
    if (order(html) === order(this.shown)) return;
    this.waiting = html;
    document.querySelector("[data-queue-waits]")?.removeAttribute("hidden");
  }

  showWaiting() {
    window.setTimeout(() => {
      if (!this.waiting || this.list.matches(":hover") || this.list.contains(document.activeElement)) return;
      this.put(this.waiting);
    }, 50);
  }

  /** @param {string} html */
  put(html) {
    this.waiting = "";
    this.shown = html;
    document.querySelector("[data-queue-waits]")?.setAttribute("hidden", "");
    setServerHtml(this.list, html);
    for (const row of [...this.list.querySelectorAll("ol.queue > li")].slice(this.most)) row.remove();
  }

  connect() {
    const scheme = window.location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${window.location.host}/desk/socket`);
    socket.addEventListener("open", () => {
      this.open = true;
      this.tries = 0;
      void this.refresh(); // what came while nobody listened
    });
    socket.addEventListener("message", (event) => {
      if (String(event.data).includes('"queue"')) void this.refresh();
    });
    socket.addEventListener("close", () => {
      this.open = false;
      const pause = RETRY_MS[Math.min(this.tries, RETRY_MS.length - 1)];
      this.tries += 1;
      window.setTimeout(() => this.connect(), pause);
    });
  }

  start() {
    this.connect();
    window.setInterval(() => {
      if (!this.open && !document.hidden) void this.refresh();
    }, POLL_MS);
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) void this.refresh();
    });
  }
}

/** @param {(words: string) => void} say */
export function startQueue(say) {
  const list = /** @type {HTMLElement | null} */ (document.querySelector("[data-queue]"));
  if (list?.dataset.queue) new Queue(list, list.dataset.queue, say).start();
}
