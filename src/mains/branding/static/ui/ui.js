/* Three kindnesses; every page works without them. */
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

  /* A column of fields is one of a spreadsheet: Enter goes down, and a pasted column fills it. */
  const column = [...document.querySelectorAll("[data-column]")];
  for (const [at, field] of column.entries()) {
    field.addEventListener("keydown", (event) => {
      const below = column[at + 1];
      if (event.key !== "Enter" || event.isComposing || !below) return;
      event.preventDefault();
      below.focus();
      below.select();
    });
    field.addEventListener("paste", (event) => {
      const lines = event.clipboardData.getData("text").replace(/\r?\n$/, "").split(/\r?\n/);
      /* What does not fit stays in one field, where everybody sees that it is wrong. */
      if (lines.length < 2 || at + lines.length > column.length) return;
      event.preventDefault();
      lines.forEach((line, below) => { column[at + below].value = line.split("\t").pop().trim(); });
    });
  }

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
