// @ts-check
/**
 * The host's console. Says "still here" every 20 seconds for as long as the page is open, hears the room's own line, and
 * renews the parts of the page as things happen. Every button works without this file; with it the page stays, and what is
 * being typed stays with it.
 */

import { Parts, elementsOf } from "./host-parts.js";
import { Line } from "./live-line.js";

const BEAT_MS = 20000;
const BREATH_MS = 600; // between two looks at a busy room

const root = /** @type {HTMLElement | null} */ (document.querySelector("[data-console]"));

/** @param {string} selector @param {string} words */
function tell(selector, words) {
  const line = document.querySelector(selector);
  if (line && line.textContent !== words) line.textContent = words;
}

/** What an answer that is no console says. @param {DocumentFragment} page */
const sentenceOf = (page) => page.querySelector("[data-part=problem] .notice, .notice, .lead")?.textContent?.trim()
  || "This did not work. Please look at the page again.";

class Console {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.parts = new Parts();
    this.beat = 0;
    this.busy = false;
    this.again = false;
    this.line = new Line(root.dataset.console ?? "", Number(root.dataset.after), {
      frame: (frame) => { if (frame.type === "event" || frame.type === "room") void this.renew(); },
      away: () => {},
      over: (code) => this.ended(code),
    });
  }

  start() {
    this.root.classList.add("has-script");
    document.addEventListener("submit", (event) => this.submit(event));
    document.addEventListener("visibilitychange", () => { if (!document.hidden && this.beat) void this.stay(); });
    this.keepBeat("present" in this.root.dataset);
    this.line.start();
  }

  /** @param {boolean} isPresent */
  keepBeat(isPresent) {
    if (isPresent === Boolean(this.beat)) return;
    window.clearInterval(this.beat);
    this.beat = isPresent ? window.setInterval(() => void this.stay(), BEAT_MS) : 0;
    if (isPresent) void this.stay();
  }

  /** The host is still here. Only a press brings back one who stepped out, perhaps in another window. */
  async stay() {
    const form = /** @type {HTMLFormElement | null} */ (document.querySelector("[data-host-here]"));
    if (!form) return;
    const body = new FormData(form);
    body.set("act", "still");
    try {
      const answer = await fetch(form.action, {
        method: "POST", body, credentials: "same-origin", headers: { Accept: "application/json" },
      });
      if (answer.ok) return tell("[data-host-line]", "You are here. This page keeps the room open.");
      this.keepBeat(false);
      const isPlain = answer.headers.get("Content-Type")?.startsWith("text/plain");
      tell("[data-host-line]", isPlain ? await answer.text() : "The room did not take this as a sign that you are here.");
      void this.renew();
    } catch {
      tell("[data-host-line]", "The connection is lost for the moment. The room pauses within a minute unless it comes back.");
    }
    return undefined;
  }

  /** Fetch the console and renew its parts: one request at a time, what moved meanwhile is looked at once more. */
  async renew() {
    if (this.busy) {
      this.again = true;
      return;
    }
    this.busy = true;
    const answer = await fetch(location.pathname, { credentials: "same-origin", redirect: "error" }).catch(() => null);
    if (answer) this.show(answer.ok, elementsOf(await answer.text()), null);
    await new Promise((done) => { window.setTimeout(done, BREATH_MS); });
    this.busy = false;
    if (this.again) {
      this.again = false;
      void this.renew();
    }
  }

  /** @param {boolean} isDone @param {DocumentFragment} page @param {HTMLFormElement | null} form */
  show(isDone, page, form) {
    const now = /** @type {HTMLElement | null} */ (page.querySelector("[data-console]"));
    if (now) {
      const had = document.querySelector("[data-is-host]") !== null;
      this.parts.take(page, isDone ? form : null);
      if (isDone) this.keepBeat("present" in now.dataset && page.querySelector("[data-is-host]") !== null);
      if (had && !document.querySelector("[data-is-host]")) tell("[data-host-line]", now.dataset.who ?? "");
    } else {
      this.keepBeat(false);
      this.problem(sentenceOf(page));
    }
  }

  /** @param {string} words nothing at all takes it away */
  problem(words) {
    if (!words) return document.querySelector("[data-part=problem]")?.replaceChildren();
    const line = document.createElement("p");
    line.className = "notice";
    line.textContent = words;
    return document.querySelector("[data-part=problem]")?.replaceChildren(line);
  }

  /** Send a form without leaving the page. @param {SubmitEvent} event */
  submit(event) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (!this.root.contains(form) || form.matches("[data-host-stay]")) return;
    event.preventDefault();
    const button = /** @type {HTMLButtonElement | null} */ (event.submitter);
    const body = new FormData(form);
    if (button?.name) body.set(button.name, button.value);
    void this.send(form, button?.getAttribute("formaction") ?? form.action, body, button?.textContent?.trim() ?? "");
  }

  /** @param {HTMLFormElement} form @param {string} address @param {FormData} body @param {string} words on the button */
  async send(form, address, body, words) {
    const answer = await fetch(address, { method: "POST", body, credentials: "same-origin" }).catch(() => null);
    if (!answer) return this.problem("The connection is lost for the moment. This was not done; what you wrote stays here.");
    const page = elementsOf(await answer.text());
    if (answer.ok) {
      this.problem("");
      form.reset();
      const fold = form.closest("details");
      if (fold) fold.open = false;
      tell("[data-host-says]", `${words}: done`);
    }
    this.show(answer.ok, page, form);
    if (!answer.ok && page.querySelector("[data-console]")) this.problem(sentenceOf(page));
    return undefined;
  }

  /** @param {number} code */
  ended(code) {
    if (code === 4001) this.problem("You are signed out here. What you wrote is still on this page.");
    else void this.renew();
  }
}

if (root) new Console(root).start();
