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

/** @param {(words: string) => void} say */
function toggleWords(say) {
  const words = /** @type {HTMLElement | null} */ (document.querySelector("[data-words]"));
  if (!words) return false;
  words.hidden = !words.hidden;
  say(words.hidden ? "The words are hidden." : "The words are shown.");
  return true;
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
  const target = /** @type {HTMLElement | null} */ (document.querySelector(`[data-key="${key}"]`));
  if (target) {
    act(target, say);
    return true;
  }
  const words = /** @type {HTMLElement | null} */ (document.querySelector("[data-words]"));
  const wanted = key === "h" ? words?.hidden === false : key === "r" && words?.hidden === true;
  return wanted ? toggleWords(say) : false;
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
