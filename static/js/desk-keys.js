// @ts-check
/** Single keys of the desk. They never act inside a field, and one switch turns them off on this device. */

const KEPT_AS = "desk-keys";
const FIELDS = "input:not([type=radio], [type=checkbox], [type=submit]), textarea, select, [contenteditable]";

/** @returns {boolean} */
function areOn() {
  try {
    return window.localStorage.getItem(KEPT_AS) !== "off";
  } catch {
    return true; // storage is closed to us: the keys work, the choice is not kept
  }
}

/** @param {boolean} on */
function keep(on) {
  try {
    window.localStorage.setItem(KEPT_AS, on ? "on" : "off");
  } catch {
    // the switch still holds for this page
  }
}

/** Hide every word of the case at once, without waiting for anything; or show what was hidden so.
 * @param {boolean} hide @param {(words: string) => void} say @returns {boolean} whether anything changed */
function setWords(hide, say) {
  const all = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-words]"));
  const others = [...all].filter((words) => words.hidden !== hide);
  for (const words of others) words.hidden = hide;
  if (others.length) say(hide ? "The words are hidden." : "The words are shown.");
  return others.length > 0;
}

/** @param {HTMLElement} target @param {(words: string) => void} say */
function act(target, say) {
  const radio = /** @type {HTMLInputElement | null} */ (target.querySelector("input[type=radio]"));
  if (!radio) return target.click();
  radio.checked = true;
  radio.dispatchEvent(new Event("change", { bubbles: true }));
  say(`${target.textContent?.trim()}: chosen.`);
}

/** @param {string} key @param {(words: string) => void} say @returns {boolean} whether the key did something */
function press(key, say) {
  const list = /** @type {HTMLDetailsElement | null} */ (document.querySelector("[data-keys]"));
  if (key === "?" && list) {
    list.open = !list.open;
    list.querySelector("summary")?.focus();
    return true;
  }
  if (key === "h") return setWords(true, say);
  if (key === "r" && setWords(false, say)) return true; // first what was hidden, then the next step
  const target = /** @type {HTMLElement | null} */ (document.querySelector(`[data-key="${key}"]`));
  if (target) act(target, say);
  return target !== null;
}

/** @param {KeyboardEvent} event @returns {boolean} */
function isOurs(event) {
  const at = event.target instanceof Element ? event.target : null;
  if (event.defaultPrevented || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return false;
  if (at?.closest(FIELDS)) return false;
  return event.key !== "Enter" || !at?.closest("a, button, summary, input"); // Enter is theirs first
}

/** @param {(words: string) => void} say */
export function startKeys(say) {
  const list = document.querySelector("[data-keys]");
  const button = document.querySelector("[data-keys-switch]");
  if (!list || !button) return;
  let on = areOn();
  const show = () => {
    button.setAttribute("aria-pressed", String(on));
    button.textContent = on ? "Keys are on" : "Keys are off";
  };
  list.removeAttribute("hidden");
  show();
  button.addEventListener("click", () => {
    on = !on;
    keep(on);
    show();
  });
  document.addEventListener("keydown", (event) => {
    if (on && /^([nrhu?1-9]|Enter)$/.test(event.key) && isOurs(event) && press(event.key, say)) event.preventDefault();
  });
}
