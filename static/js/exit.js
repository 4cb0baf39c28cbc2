// @ts-check
/**
 * Leave this site: cover the page, tell the server to end the session, go, and wait for none of them.
 * Behaviour follows GOV.UK's "Exit this page". Without this file the link itself does the same more slowly.
 */

const PRESSES = 3;
const WITHIN_MS = 5000;
const NEUTRAL_SITE = "https://www.bbc.co.uk/weather";

/** @returns {string} where to go: the reader's own choice, if it is an https address */
function destination() {
  const link = /** @type {HTMLElement | null} */ (document.querySelector("[data-exit-to]"));
  const chosen = link?.dataset.exitTo ?? "";
  return chosen.startsWith("https://") ? chosen : NEUTRAL_SITE;
}

/** End the session. The answer is never waited for, and a refusal changes nothing. */
function endSession() {
  const token = /** @type {HTMLInputElement | null} */ (document.querySelector("input[name=form_token]"));
  const body = new FormData();
  if (token) body.set("form_token", token.value);
  try {
    navigator.sendBeacon("/exit", body);
  } catch {
    // leaving matters more than saying so
  }
}

/** @returns {boolean} whether the reader is on the way out: nothing may be sent that could start a new session */
export function isLeaving() {
  return document.documentElement.classList.contains("leaving");
}

/** Leave now. */
export function leave() {
  document.documentElement.classList.add("leaving");
  document.title = "Loading";
  endSession();
  window.location.replace(destination());
}

/** @returns {HTMLElement} the line that says, politely, how many presses are left */
function makeAnnouncer() {
  const line = document.createElement("div");
  line.className = "leave-count";
  line.setAttribute("role", "status");
  document.body.append(line);
  return line;
}

/** @param {HTMLElement} line @returns {{ press(): void, reset(words?: string): void }} */
function makeCounter(line) {
  let presses = 0;
  let timer = 0;
  /** @param {string} [words] */
  const reset = (words = "") => {
    presses = 0;
    window.clearTimeout(timer);
    line.textContent = words;
    if (words) timer = window.setTimeout(() => { line.textContent = ""; }, WITHIN_MS);
  };
  const press = () => {
    presses += 1;
    if (presses >= PRESSES) return leave();
    if (presses === 1) {
      window.clearTimeout(timer);
      timer = window.setTimeout(() => reset("You are still on this site."), WITHIN_MS);
    }
    const left = PRESSES - presses;
    line.textContent = `To leave this site, press Shift ${left} more ${left === 1 ? "time" : "times"}.`;
  };
  return { press, reset };
}

/**
 * Listen for Shift pressed alone, three times. Shift held for a capital letter does not count.
 * @param {HTMLElement} line
 * @returns {{ press(): void, reset(words?: string): void }}
 */
function listenForShift(line) {
  const counter = makeCounter(line);
  let alone = false;
  document.addEventListener("keydown", (event) => {
    if (event.key === "Shift") {
      if (!event.repeat) alone = !(event.ctrlKey || event.altKey || event.metaKey);
      return;
    }
    alone = false;
    counter.reset();
  });
  document.addEventListener("keyup", (event) => {
    if (event.key !== "Shift" || !alone) return;
    alone = false;
    counter.press();
  });
  return counter;
}

/** Make every exit link quick. Called once, by main.js. */
export function startExit() {
  const links = document.querySelectorAll("a[data-exit]");
  if (links.length === 0) return; // the reader has switched it off
  const title = document.title;
  const counter = listenForShift(makeAnnouncer());
  for (const link of links) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      leave();
    });
  }
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return; // only a page brought back from memory can still be covered
    document.documentElement.classList.remove("leaving");
    document.title = title;
    counter.reset();
  });
}
