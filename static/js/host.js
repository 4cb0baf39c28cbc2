// @ts-check
/** The host's console: says "I am here" every 20 seconds for as long as the page is open, and says so when that fails. */

const EVERY_MS = 20000;

const form = /** @type {HTMLFormElement | null} */ (document.querySelector("[data-host-here]"));
const line = document.querySelector("[data-host-line]");

/** @param {string} words */
function tell(words) {
  if (line && line.textContent !== words) line.textContent = words;
}

/** @param {HTMLFormElement} from */
async function stay(from) {
  const body = new FormData(from);
  body.set("act", "here");
  try {
    const answer = await fetch(from.action, {
      method: "POST", body, credentials: "same-origin", headers: { Accept: "application/json" },
    });
    tell(answer.ok ? "You are here. This page keeps the room open." : "The room did not hear you. Please reload this page.");
  } catch {
    tell("The connection is lost for the moment. The room pauses within a minute unless it comes back.");
  }
}

if (form) {
  const here = form;
  document.querySelector("[data-host-stay]")?.setAttribute("hidden", ""); // this file does the same without renewing
  void stay(here);
  window.setInterval(() => void stay(here), EVERY_MS);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) void stay(here); });
}
