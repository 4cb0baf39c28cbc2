// @ts-check
/**
 * Times in words. Keeps "about 3 hours ago" true while a page stays open; and tells moments in the zone the reader chose, else in
 * that of their device, where the server had to say UTC. Only in English; others stay as the server wrote them.
 */

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

const AS_UTC = ["UTC", "GMT", "Etc/UTC", "Etc/GMT"];

/** @returns {string} the zone the reader chose, else that of their device */
const zoneHere = () => document.documentElement.dataset.zone || Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

/** @param {string} zone @returns {string} as peers/zones.py says it */
export const zoneWords = (zone) => (AS_UTC.includes(zone) ? "UTC" : `${zone.slice(zone.lastIndexOf("/") + 1).replaceAll("_", " ")} time`);

/**
 * @param {Date} moment @param {string} zone @param {string} form as peers/zones.py has them: "moment", "time", "soon", "day"
 * @returns {string}
 */
export function localWords(moment, zone, form) {
  /** @type {Intl.DateTimeFormatOptions} */
  const parts = { timeZone: zone, weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const found = Object.fromEntries(new Intl.DateTimeFormat("en-GB", parts).formatToParts(moment).map((part) => [part.type, part.value]));
  const clock = `${found.hour}:${found.minute} ${zoneWords(zone)}`;
  if (form === "day") return `${found.weekday} ${found.day} ${found.month}`;
  if (form === "time" || (form === "soon" && moment.getTime() - Date.now() < DAY * 1000)) return clock;
  return form === "soon" ? `${found.weekday} ${clock}` : `${found.day} ${found.month}, ${clock}`;
}

/** Tell every moment in the reader's zone. @param {ParentNode} [root] */
export function tellLocally(root = document) {
  const zone = zoneHere();
  for (const time of /** @type {NodeListOf<HTMLTimeElement>} */ (root.querySelectorAll("time[data-local]"))) {
    const words = localWords(new Date(time.dateTime), zone, time.dataset.local ?? "moment");
    if (words !== time.textContent) time.textContent = words;
  }
}

/** A calendar the server made for UTC: each entry goes under its day in the reader's zone. */
function regroupDays() {
  const calendar = document.querySelector("[data-days]");
  const said = document.querySelector("[data-zone-said]");
  if (!calendar || !said || document.documentElement.dataset.zone) return;
  const zone = zoneHere();
  said.textContent = `Times are those of your device: ${zoneWords(zone)}.`;
  /** @type {Map<string, Element>} */
  const days = new Map();
  for (const entry of [...calendar.querySelectorAll("li")]) {
    const time = entry.querySelector("time");
    const section = entry.closest("section");
    if (!time || !section) continue;
    const words = localWords(new Date(time.dateTime), zone, "day");
    let day = days.get(words);
    if (!day) {
      day = /** @type {Element} */ (section.cloneNode(true));
      day.querySelector("ul")?.replaceChildren();
      const heading = day.querySelector("h2 time");
      if (heading) heading.setAttribute("datetime", time.dateTime);
      days.set(words, day);
    }
    day.querySelector("ul")?.append(entry);
  }
  calendar.replaceChildren(...days.values());
}

/** Where no zone was chosen or sent yet, a select offers that of the device. */
function offerZones() {
  if (document.documentElement.dataset.zone) return;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const select of /** @type {NodeListOf<HTMLSelectElement>} */ (document.querySelectorAll("select[data-zones]"))) {
    const isUntouched = ![...select.options].some((option) => option.defaultSelected && !["", "UTC"].includes(option.value));
    if (isUntouched && [...select.options].some((option) => option.value === zone)) select.value = zone;
  }
}

/** Refresh now and each minute while the page is looked at. */
export function startTimes() {
  if (!document.documentElement.lang.startsWith("en")) return;
  regroupDays();
  tellLocally();
  offerZones();
  refreshTimes();
  const again = () => { if (!document.hidden) { refreshTimes(); tellLocally(); } };
  window.setInterval(again, MINUTE * 1000);
  document.addEventListener("visibilitychange", again);
}
