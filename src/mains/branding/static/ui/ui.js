/* Three kindnesses; every page works without them. */
(() => {
  "use strict";
  const summary = document.querySelector("[data-error-summary]");
  if (summary) summary.focus();

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    const button = event.submitter || form.querySelector("button[type=submit],button:not([type])");
    if (button) button.setAttribute("aria-busy", "true");
  });

  /* Back from the next page: the browser may show this one again exactly as it was left. */
  addEventListener("pageshow", () => {
    for (const form of document.forms) delete form.dataset.sent;
    for (const button of document.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
  });

  /* A key presses the button that names it: in the entry that has the focus, else in the first. */
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest("input,textarea,select")) return;
    const entries = [...document.querySelectorAll("[data-entry]")];
    const entry = event.target.closest("[data-entry]") || entries[0];
    const step = { j: 1, k: -1 }[event.key];
    if (step && entry) {
      const other = entries[entries.indexOf(entry) + (event.target.closest("[data-entry]") ? step : 0)];
      if (other) other.querySelector("[data-shortcut]").focus();
      return;
    }
    const button = [entry, document].map((place) => place && [...place.querySelectorAll("[data-shortcut]")]
      .find((one) => one.dataset.shortcut === event.key)).find(Boolean);
    if (!button) return;
    event.preventDefault();
    button.click();
    const field = button.tagName === "SUMMARY" && button.parentElement.querySelector("input:not([type=hidden])");
    if (field) field.focus();
  });
})();
