// @ts-check
/** The open desk: keys, the lease kept while someone works, the queue as it moves. Every part is a form or link first. */

import { startKeys } from "./desk-keys.js";
import { startQueue } from "./desk-queue.js";

const RENEW_MS = 20000;
const UNTOUCHED_MS = 15 * 60000; // a desk that was left gives its case back

/** @param {string} words said once, politely, to whoever listens */
export function say(words) {
  const line = document.querySelector("[data-desk-says]");
  if (line) line.textContent = words;
}

/** The case is in other hands: none of its words stay in this page. @param {Element} lease */
function lose(lease) {
  lease.textContent = "This case is no longer in your hands. What you wrote stays here.";
  say(lease.textContent);
  for (const words of document.querySelectorAll("[data-words]")) words.remove();
}

/** @returns {() => boolean} whether anyone has touched this page lately */
function watchHands() {
  let at = Date.now();
  for (const sign of ["keydown", "pointerdown", "pointermove", "scroll"]) {
    document.addEventListener(sign, () => { at = Date.now(); }, { passive: true });
  }
  return () => Date.now() - at < UNTOUCHED_MS;
}

/** @param {HTMLElement} lease keeps the case while someone is at this page; tells when it is lost or has changed */
function keepLease(lease) {
  const form = /** @type {HTMLFormElement | null} */ (document.getElementById("decision-form"));
  const left = lease.querySelector("[data-left]");
  const address = lease.dataset.claim;
  if (!form || !address) return;
  const isTouched = watchHands();
  const timer = window.setInterval(async () => {
    if (!isTouched()) return;
    const token = new FormData(form).get("form_token");
    const answer = await fetch(address, {
      method: "POST", credentials: "same-origin", redirect: "error",
      headers: { Accept: "application/json", "X-Form-Token": String(token ?? "") },
    }).catch(() => null);
    if (!answer) return; // a bad line: the next beat tries again
    if (!answer.ok) {
      window.clearInterval(timer);
      lose(lease);
      return;
    }
    const now = /** @type {{left: number, version: number, token: string, wanted: string}} */ (await answer.json());
    if (left) left.textContent = now.left >= 60 ? `${Math.floor(now.left / 60)} min` : `${now.left} s`;
    showWanted(now.wanted);
    if (String(now.version) !== lease.dataset.version || now.token !== lease.dataset.token) showChanged();
  }, RENEW_MS);
}

/** Alike cases stay in these hands while someone is at their page; tells when all are lost. @param {HTMLFormElement} form */
function keepHeap(form) {
  const isTouched = watchHands();
  const timer = window.setInterval(async () => {
    if (!isTouched()) return;
    const answer = await fetch(form.dataset.keep ?? "", {
      method: "POST", credentials: "same-origin", redirect: "error",
      headers: { Accept: "application/json" }, body: new URLSearchParams(/** @type {any} */ (new FormData(form))),
    }).catch(() => null);
    if (!answer || answer.ok) return; // a bad line: the next beat tries again
    window.clearInterval(timer);
    for (const words of form.querySelectorAll("[data-words]")) words.remove();
    const line = form.querySelector("[data-kept]");
    if (line) line.textContent = "These cases are no longer in your hands. What you wrote stays here.";
  }, RENEW_MS);
}

/** Someone offers to take the case over. @param {string} name */
function showWanted(name) {
  const form = document.querySelector("[data-wanted]");
  const line = document.querySelector("[data-wanted-by]");
  if (!form || !line || !name || line.textContent === name) return;
  line.textContent = name;
  form.removeAttribute("hidden");
  say(`${name} offers to take this case over.`);
}

function showChanged() {
  const banner = document.querySelector("[data-changed]");
  if (banner?.hasAttribute("hidden")) {
    banner.removeAttribute("hidden");
    say("Something came to this case since you opened it.");
  }
}

/** Sentences to begin from go into an empty field at once, instead of by a new page. */
function startFills() {
  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll("a[data-fill]"))) {
    link.addEventListener("click", (event) => {
      const into = link.dataset.fillInto ?? "id_body";
      const field = /** @type {HTMLTextAreaElement | null} */ (document.getElementById(into));
      if (!field || field.value.trim()) return event.preventDefault(); // never over what someone wrote
      event.preventDefault();
      field.value = link.dataset.fill ?? "";
      const reason = /** @type {HTMLSelectElement | null} */ (document.getElementById("id_reason_code"));
      if (reason && link.dataset.fillReason) reason.value = link.dataset.fillReason;
      field.focus();
    });
  }
}

/** What is usual for the chosen action stands in the form at once, unless someone wrote words of their own. */
function startUsual() {
  const body = /** @type {HTMLTextAreaElement | null} */ (document.getElementById("id_body"));
  const reason = /** @type {HTMLSelectElement | null} */ (document.getElementById("id_reason_code"));
  const choices = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-usual]"));
  if (!body || !reason) return;
  const usual = new Set([...choices].map((choice) => choice.dataset.sentence ?? ""));
  for (const choice of choices) {
    choice.querySelector("input")?.addEventListener("change", () => {
      if (body.value.trim() && !usual.has(body.value)) return; // never over what someone wrote
      body.value = choice.dataset.sentence ?? "";
      reason.value = choice.dataset.usual ?? "";
    });
  }
}

const lease = /** @type {HTMLElement | null} */ (document.querySelector("[data-lease]"));
if (lease) keepLease(lease);
const heap = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-keep]"));
if (heap) keepHeap(heap);
startFills();
startUsual();
startKeys(say);
startQueue(say);
