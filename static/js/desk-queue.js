// @ts-check
/** The queue of an open desk: fetched anew whenever the socket says that it moved, or every ten seconds without one. */

import { setServerHtml } from "./trusted.js";

const POLL_MS = 10000;
const FAILURES = 2; // in a row, before the page says that its list may be old
const RETRY_MS = [1000, 2000, 5000, 10000, 20000];

/** @param {Element} list @returns {Set<string>} the crisis cases in it */
function crises(list) {
  const rows = /** @type {NodeListOf<HTMLElement>} */ (list.querySelectorAll('[data-level="crisis"]'));
  return new Set([...rows].map((row) => row.dataset.case ?? ""));
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

  /** @param {string} html */
  show(html) {
    const before = crises(this.list);
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.case : undefined;
    setServerHtml(this.list, html);
    const rows = [...this.list.querySelectorAll("ol.queue > li")];
    for (const row of rows.slice(this.most)) row.remove();
    if (focused) {
      const same = /** @type {HTMLElement | null} */ (this.list.querySelector(`[data-case="${focused}"]`));
      same?.focus({ preventScroll: true });
    }
    const fresh = [...crises(this.list)].filter((name) => !before.has(name));
    if (fresh.length) this.say("A crisis case came");
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
