// @ts-check
/**
 * Keep what is being written. The words go to the server two seconds after the last key, and when the page is left.
 * A failure never touches the field: the words stay where they are and are sent again.
 */

import { isLeaving } from "./exit.js";

const PAUSE_MS = 2000;
const RETRY_MS = 15000;
const TELL_EVERY_MS = 10000;

/** @param {number} seconds @returns {string} */
function sinceWords(seconds) {
  if (seconds < 5) return "Saved just now, only you can see it";
  if (seconds < 60) return `Saved ${Math.round(seconds / 10) * 10 || 10} s ago, only you can see it`;
  const minutes = Math.round(seconds / 60);
  return `Saved ${minutes} min ago, only you can see it`;
}

/**
 * The first save of a reader without a session begins one; every form of the open page goes on with its token.
 * @param {{form_token?: string}} answer
 */
function takeToken(answer) {
  if (!answer.form_token) return;
  for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll('form[method="post"]'))) {
    let field = /** @type {HTMLInputElement | null} */ (form.querySelector('input[name="form_token"]'));
    if (!field) {
      field = document.createElement("input");
      field.type = "hidden";
      field.name = "form_token";
      form.append(field);
    }
    field.value = answer.form_token;
  }
}

/** One form's draft: what was sent last, when, and the timers around it. */
class Draft {
  /** @param {HTMLFormElement} form @param {string} url */
  constructor(form, url) {
    this.form = form;
    this.url = url;
    this.line = /** @type {HTMLElement | null} */ (form.querySelector("[data-draft-line]"));
    this.kept = this.print();
    this.savedAt = 0;
    this.timer = 0;
    this.finished = false;
    /** @type {AbortController | null} */
    this.sending = null;
  }

  /** @returns {string} the form's words as one value, to see whether anything is new */
  print() {
    const pairs = [...new FormData(this.form)].filter(([name, value]) => name !== "form_token" && typeof value === "string");
    return JSON.stringify(pairs);
  }

  /** @param {number} delay milliseconds until the next try */
  later(delay) {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.save(), delay);
  }

  async save() {
    const now = this.print();
    if (this.finished || isLeaving() || now === this.kept) return;
    this.sending?.abort();
    const sending = new AbortController();
    this.sending = sending;
    try {
      const answer = await fetch(this.url, {
        method: "POST", body: new FormData(this.form), signal: sending.signal,
        credentials: "same-origin", headers: { Accept: "application/json" },
      });
      if (!answer.ok) throw new Error(String(answer.status));
      takeToken(await answer.json());
      this.kept = now;
      this.savedAt = Date.now();
      this.tell();
    } catch {
      if (!sending.signal.aborted) this.worry();
    }
  }

  /** Save without waiting, for a page that is going away. */
  saveOnTheWay() {
    if (this.finished || isLeaving() || this.print() === this.kept) return;
    navigator.sendBeacon(this.url, new FormData(this.form));
  }

  worry() {
    this.savedAt = 0;
    if (this.line) this.line.textContent = "Not saved yet. Your words are still here, and we keep trying.";
    this.later(RETRY_MS);
  }

  tell() {
    if (this.line && this.savedAt) this.line.textContent = sinceWords((Date.now() - this.savedAt) / 1000);
  }

  start() {
    this.form.addEventListener("input", () => this.later(PAUSE_MS));
    this.form.addEventListener("submit", () => {
      this.finished = true; // pressing Post is posting: no draft may be saved behind it
      window.clearTimeout(this.timer);
      this.sending?.abort();
    });
    window.addEventListener("pagehide", () => this.saveOnTheWay());
    window.addEventListener("pageshow", () => { this.finished = false; });
    window.addEventListener("online", () => this.later(0));
    window.setInterval(() => this.tell(), TELL_EVERY_MS);
  }
}

/** Start keeping every form that names a `data-draft-url`. */
export function startDrafts() {
  for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-draft-url]"))) {
    const url = form.dataset.draftUrl;
    if (url) new Draft(form, url).start();
  }
}
