(() => {
  "use strict";
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
})();
