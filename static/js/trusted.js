// @ts-check
/** The only door through Trusted Types: one policy, named in the Content-Security-Policy. */

const WORKER_URL = "/worker.js";

/**
 * @typedef {{ createHTML(html: string): string, createScriptURL(url: string): string }} Policy
 * @typedef {{ createPolicy(name: string, rules: Policy): Policy }} PolicyFactory
 */

/** @type {Policy} */
const rules = {
  createHTML: (html) => html, // our own server's words, cleaned twice before they were stored
  createScriptURL: (url) => {
    if (url !== WORKER_URL) throw new TypeError("Only the site's own worker may be registered.");
    return url;
  },
};

/** @returns {Policy} the browser's policy, or the bare rules where Trusted Types are unknown */
function makePolicy() {
  const factory = /** @type {{ trustedTypes?: PolicyFactory }} */ (/** @type {unknown} */ (globalThis)).trustedTypes;
  return factory ? factory.createPolicy("lamplight", rules) : rules;
}

const policy = makePolicy();

/**
 * Replace what an element holds with HTML rendered by our server. Never pass anything a person typed.
 * @param {Element} element
 * @param {string} html
 */
export function setServerHtml(element, html) {
  element.innerHTML = policy.createHTML(html);
}

/**
 * Register the worker that keeps the help page at hand. Does nothing where workers are missing.
 * @returns {Promise<ServiceWorkerRegistration | null>}
 */
export async function registerWorker() {
  if (!("serviceWorker" in navigator)) return null;
  return navigator.serviceWorker.register(policy.createScriptURL(WORKER_URL));
}
