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
const LEAVES = new Set(["step_out", "close"]); // after these nobody is here

const root = /** @type {HTMLElement | null} */ (document.querySelector("[data-console]"));

/** @param {string} selector @param {string} words */
function tell(selector, words) {
  const line = document.querySelector(selector);
  if (line && line.textContent !== words) line.textContent = words;
}

/** What an answer that is no console says. @param {DocumentFragment} page */
const sentenceOf = (page) => page.querySelector("[data-part=problem] .notice, .notice, .lead")?.textContent?.trim()
  || "This did not work. Please look at the page again.";

/** Whether an answer says that there is no console here, and not only none at this moment. @param {number} status */
const isFinal = (status) => status === 403 || status === 404;

class Console {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.parts = new Parts();
    this.beat = 0;
    this.isBehind = false; // the page could not be renewed: the next sign that the site answers tries again
    this.busy = false;
    this.again = false;
    this.line = new Line(root.dataset.console ?? "", Number(root.dataset.after), {
      frame: (frame) => { if (["hello", "event", "room"].includes(frame.type)) void this.renew(); },
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
      if (answer.ok) {
        if (this.isBehind) void this.renew();
        return tell("[data-host-line]", "You are here. This page keeps the room open.");
      }
      if (answer.status !== 403 && answer.status !== 409) {
        return tell("[data-host-line]", "The site does not answer: without it the room pauses within a minute.");
      }
      this.keepBeat(false);
      const isPlain = answer.headers.get("Content-Type")?.startsWith("text/plain");
      tell("[data-host-line]", isPlain ? await answer.text() : "The room did not take this as a sign that you are here.");
      void this.renew();
    } catch {
      tell("[data-host-line]", "The connection is lost: without it the room pauses within a minute.");
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
    this.isBehind = !answer || (!answer.ok && !isFinal(answer.status));
    if (answer && !this.isBehind) this.show(answer, elementsOf(await answer.text()), null);
    await new Promise((done) => { window.setTimeout(done, BREATH_MS); });
    this.busy = false;
    if (this.again) {
      this.again = false;
      void this.renew();
    }
  }

  /** @param {Response} answer @param {DocumentFragment} page @param {HTMLFormElement | null} form */
  show(answer, page, form) {
    const now = /** @type {HTMLElement | null} */ (page.querySelector("[data-console]"));
    if (now) {
      const had = document.querySelector("[data-is-host]") !== null;
      const isHost = page.querySelector("[data-is-host]") !== null;
      this.parts.take(page, answer.ok ? form : null);
      // A lease that ran out while the site did not answer is renewed by the next beat: only who lost the room stops.
      if (answer.ok && (!isHost || "present" in now.dataset)) this.keepBeat(isHost);
      if (had && !document.querySelector("[data-is-host]")) tell("[data-host-line]", now.dataset.who ?? "");
    } else {
      if (isFinal(answer.status)) this.keepBeat(false);
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
      if (LEAVES.has(String(body.get("act")))) {
        this.keepBeat(false);
        tell("[data-host-line]", "You are not here. This page does not keep the room open.");
      }
    }
    this.show(answer, page, form);
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
