// @ts-check
/** Keep "about 3 hours ago" true while a page stays open. Only past moments, only in English; others stay as the server wrote them. */

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** @param {number} count @param {string} one @returns {string} */
const many = (count, one) => `${count} ${one}${count === 1 ? "" : "s"}`;

/**
 * @param {number} seconds how long ago; negative for the future
 * @returns {string | null} null where the server's words should stay
 */
export function agoWords(seconds) {
  if (seconds < 0 || seconds >= 14 * DAY) return null;
  if (seconds < MINUTE) return "just now";
  if (seconds < 50 * MINUTE) return `${many(Math.round(seconds / MINUTE), "minute")} ago`;
  if (seconds < 22 * HOUR) return `about ${many(Math.max(1, Math.round(seconds / HOUR)), "hour")} ago`;
  return `${many(Math.max(1, Math.round(seconds / DAY)), "day")} ago`;
}

/** @param {ParentNode} [root] */
export function refreshTimes(root = document) {
  for (const time of /** @type {NodeListOf<HTMLTimeElement>} */ (root.querySelectorAll("time[data-relative]"))) {
    const words = agoWords((Date.now() - Date.parse(time.dateTime)) / 1000);
    if (words && words !== time.textContent) time.textContent = words;
  }
}

/** Refresh now and each minute while the page is looked at. */
export function startTimes() {
  if (!document.documentElement.lang.startsWith("en")) return;
  refreshTimes();
  window.setInterval(() => { if (!document.hidden) refreshTimes(); }, MINUTE * 1000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) refreshTimes(); });
}
