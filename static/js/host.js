// @ts-check
/** The host's console: says "still here" every 20 seconds for as long as the page is open, and says so when that fails. */

const EVERY_MS = 20000;

const form = /** @type {HTMLFormElement | null} */ (document.querySelector("[data-host-here]"));
const line = document.querySelector("[data-host-line]");

/** @param {string} words */
function tell(words) {
  if (line && line.textContent !== words) line.textContent = words;
}

let beat = 0;

/** @param {HTMLFormElement} from */
async function stay(from) {
  const body = new FormData(from);
  body.set("act", "still");
  try {
    const answer = await fetch(from.action, {
      method: "POST", body, credentials: "same-origin", headers: { Accept: "application/json" },
    });
    if (!answer.ok) {
      window.clearInterval(beat); // stepped out or closed, perhaps in another window: only a press brings the host back
      tell("The room did not take this as a sign that you are here. Press \"I am here\" to go on.");
      return;
    }
    tell("You are here. This page keeps the room open.");
  } catch {
    tell("The connection is lost for the moment. The room pauses within a minute unless it comes back.");
  }
}

if (form) {
  const here = form;
  document.querySelector("[data-host-stay]")?.setAttribute("hidden", ""); // this file does the same without renewing
  beat = window.setInterval(() => void stay(here), EVERY_MS);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) void stay(here); });
  void stay(here);
}
