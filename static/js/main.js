// @ts-check
/** Starts what a page asks for by its data attributes. Each part may fail alone; the page works without any. */

import { startExit } from "./exit.js";

startExit(); // first, and without waiting for anything else

if (document.querySelector("form[data-draft-url]")) {
  import("./drafts.js").then((drafts) => drafts.startDrafts()).catch(() => {});
}
if (document.querySelector("time[data-relative], time[data-local], select[data-zones]")) {
  import("./times.js").then((times) => times.startTimes()).catch(() => {});
}
const first = /** @type {HTMLElement | null} */ (document.querySelector("[data-focus-first]"));
first?.focus();
