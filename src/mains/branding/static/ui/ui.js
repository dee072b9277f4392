/* Two kindnesses; every page works without them. */
(() => {
  "use strict";
  const summary = document.querySelector("[data-error-summary]");
  if (summary) summary.focus();

  document.addEventListener("submit", (event) => {
    const form = event.target;
    /* A file leaves the page where it is: the form can still be sent. */
    if (event.defaultPrevented || event.submitter?.hasAttribute("data-file")) return;
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
})();
