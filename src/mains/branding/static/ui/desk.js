(() => {
  "use strict";
  /* A key presses the button that names it: in the entry that has the focus, else in the first. */
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest("input:not([type=radio]),textarea,select")) return;
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
