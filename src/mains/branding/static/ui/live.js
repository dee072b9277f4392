(() => {
  "use strict";
  /* What a form would bring is shown while it is typed; without this, saving shows it. */
  const form = document.querySelector("[data-live]");
  const place = form && form.querySelector("[data-live-result]");
  if (!place) return;
  let waiting, latest = 0;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const own = ++latest;
      const answer = await fetch(form.dataset.live, { method: "POST", body: new FormData(form) });
      const text = await answer.text();
      /* An answer that is overtaken, or a page that says something else, changes nothing. */
      if (answer.ok && !answer.redirected && own === latest) place.innerHTML = text;
    }, 300);
  });
})();
