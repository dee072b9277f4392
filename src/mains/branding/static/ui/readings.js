/* Readings typed where there is no network: kept on this device, and sent when there is one.
   Every entry carries a mark of whose it is; others who use this device neither see nor send it. */
(() => {
  "use strict";
  const place = document.querySelector("[data-whose]");
  if (!place || !window.indexedDB) return;
  const { whose } = place.dataset, MOST_TRIES = 3;

  const opened = () => new Promise((done, fail) => {
    const asked = indexedDB.open("readings", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("kept", { keyPath: "key" });
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });
  const drawer = async (mode, act) => {
    const base = await opened();
    try {
      return await new Promise((done, fail) => {
        const work = base.transaction("kept", mode), asked = act(work.objectStore("kept"));
        work.oncomplete = () => done(asked.result);
        work.onabort = () => fail(work.error);
      });
    } finally { base.close(); }
  };
  const put = (entry) => drawer("readwrite", (rows) => rows.put(entry));
  const drop = (key) => drawer("readwrite", (rows) => rows.delete(key));
  const mine = async () => (await drawer("readonly", (rows) => rows.getAll()))
    .filter((entry) => entry.whose === whose).sort((one, other) => one.at - other.at);

  if ("sent" in place.dataset) { receipt(); return; }
  const form = place, panel = document.querySelector("[data-waiting]");
  const offline = "offline" in form.dataset, answered = "answered" in form.dataset;
  const asked = new URLSearchParams(location.search).get("page");
  const here = location.pathname + (asked ? `?page=${asked}` : "");
  let busy = false, replaced = "";

  async function receipt() {
    await drop(place.dataset.sent);
    const next = (await mine()).find((entry) => !entry.answered);
    const more = document.querySelector("[data-more]");
    if (!next || !more) return;
    more.hidden = false;
    more.querySelector("a").href = next.page;
  }

  const fields = () => [...form.querySelectorAll("[name^='reading-']")];
  const field = (name) => form.elements.namedItem(name);
  const say = (...names) => {
    for (const one of panel.querySelectorAll("[data-say]")) one.hidden = !names.includes(one.dataset.say);
    panel.hidden = false;
  };
  const newKey = () => btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(18))))
    .replaceAll("+", "-").replaceAll("/", "_");

  function gathered(before) {
    const values = {}, photos = {};
    for (const one of form.elements) {
      if (one.type === "file") { if (one.files[0]) photos[one.name] = one.files[0]; }
      else if (one.type === "checkbox" ? one.checked : /^reading-/.test(one.name) && one.value.trim()) values[one.name] = one.value;
    }
    const at = before ? before.at : Date.now();
    return { key: form.elements.key.value, whose, at, page: here, values, photos, tries: 0 };
  }

  /* A meter without a field is one that is not read now; what was typed when it was still counts. */
  const known = form.dataset.knows.split(" ");
  /* Smaller on the device already: it waits in less room, and goes through a thin network. */
  async function smaller(photo) {
    try {
      const drawn = await createImageBitmap(photo), scale = Math.min(1, 1600 / Math.max(drawn.width, drawn.height));
      const sheet = Object.assign(document.createElement("canvas"), { width: drawn.width * scale, height: drawn.height * scale });
      sheet.getContext("2d").drawImage(drawn, 0, 0, sheet.width, sheet.height);
      const blob = await new Promise((done) => sheet.toBlob(done, "image/jpeg", 0.85));
      return blob ? new File([blob], "meter.jpg", { type: blob.type }) : photo;
    } catch { return photo; }
  }

  const fits = (entry) => Object.keys(entry.values).every((name) => !/^reading-/.test(name) || known.includes(name));

  function fill(entry) {
    for (const [name, value] of Object.entries(entry.values)) {
      const one = field(name);
      if (one && one.type === "checkbox") one.checked = true;
      else if (one) one.value = value;
      else form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    }
    for (const [name, photo] of Object.entries(entry.photos)) {
      const one = field(name), files = new DataTransfer();
      files.items.add(photo);
      if (one) one.files = files.files;
    }
  }

  function leave(entry) {
    form.elements.key.value = entry.key;
    form.elements.kept.value = Math.round((Date.now() - entry.at) / 1000);
    form.querySelector("button[type=submit]")?.setAttribute("aria-busy", "true");
    form.submit();
  }

  async function stored(entry) {
    try { await put(entry); return ["waits"]; } catch { /* No room: perhaps without the photo. */ }
    try { await put({ ...entry, photos: {} }); return ["waits", "photo"]; } catch { return null; }
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    if (!fields().some((one) => one.value.trim())) {
      if (offline || !navigator.onLine) fields()[0]?.focus(); else form.submit();
      return;
    }
    busy = true;
    const before = answered && (await mine()).find((one) => one.key === form.elements.key.value);
    const entry = gathered(before);
    for (const [name, photo] of Object.entries(entry.photos)) entry.photos[name] = await smaller(photo);
    fill({ values: {}, photos: entry.photos });
    const said = await stored(entry);
    if (said && replaced) await drop(replaced);
    if (navigator.onLine && !offline) { leave(entry); return; }
    busy = false;
    if (!said) { say("full"); panel.focus(); return; }
    replaced = "";
    if (navigator.onLine) { location.assign(here); return; }
    form.reset();
    form.elements.key.value = newKey();
    await show(said);
    panel.focus();
  });

  function row(entry) {
    const made = panel.querySelector("[data-row]").content.cloneNode(true);
    const label = (name) => form.querySelector(`label[for="${field(name)?.id}"]`)?.textContent.trim() ?? "–";
    made.querySelector("[data-text]").textContent = Object.entries(entry.values)
      .filter(([name]) => /^reading-/.test(name)).map(([name, value]) => `${label(name)}: ${value}`).join("; ");
    made.querySelector("[data-since]").textContent = new Date(entry.at)
      .toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
    made.querySelector("[value=change]").addEventListener("click", () => {
      fill(entry);
      /* It may have arrived without an answer; then what is changed must be another reading. */
      form.elements.key.value = newKey();
      replaced = entry.key;
      fields().find((one) => one.value)?.focus();
    });
    made.querySelector("[value=remove]").addEventListener("click", async () => { await drop(entry.key); await show(); });
    return made;
  }

  async function show(said = []) {
    const entries = (await mine()).filter((entry) => !(answered && entry.key === form.elements.key.value));
    const list = panel.querySelector("[data-list]");
    list.replaceChildren(...entries.map(row));
    panel.hidden = !entries.length;
    if (!entries.length) return;
    const held = entries.some((entry) => entry.answered);
    say(...said, ...(entries.every(fits) ? [] : ["gone"]), ...(held ? ["answered"] : []), ...(said.length || held ? [] : ["waits"]));
    panel.querySelector("[data-try]").hidden = !offline;
  }

  const waiting = async () => (await mine()).some((entry) => !entry.answered);
  const typing = () => fields().some((one) => one.value.trim());
  const again = async () => { if (navigator.onLine && !typing() && (await waiting())) location.assign(here); };
  /* "Online" is said before anything passes, and never where the network only seemed to be there. */
  const probe = async (pause) => {
    if (!typing() && (await waiting())) {
      const passes = await fetch("/sw.js", { method: "HEAD", cache: "no-store" }).catch(() => null);
      if (passes) { location.assign(here); return; }
    }
    setTimeout(probe, pause, Math.min(pause * 2, 60_000));
  };
  if (offline) setTimeout(probe, 1_000, 2_000);
  addEventListener("online", again);
  document.addEventListener("visibilitychange", () => { if (offline && !document.hidden) again(); });
  panel.addEventListener("click", (event) => { if (event.target.closest("[value=try]")) location.assign(here); });

  async function begin() {
    const entries = await mine();
    if (answered) {
      const entry = entries.find((one) => one.key === form.elements.key.value);
      const taken = (name) => !field(name)?.closest(".invalid");
      if (entry) {
        const photos = Object.fromEntries(Object.entries(entry.photos).filter(([name]) => taken(name)));
        await put({ ...entry, photos, answered: true });
        fill({ values: {}, photos });
      }
    } else if (!offline) {
      const open = entries.filter((entry) => !entry.answered && entry.tries < MOST_TRIES);
      const next = open.find((entry) => entry.page === here) ?? open[0];
      if (next && (next.page !== here || fits(next))) {
        await put({ ...next, tries: next.tries + 1 });
        if (next.page !== here) { location.assign(next.page); return; }
        fill(next);
        leave(next);
        return;
      }
    }
    await show();
  }
  begin();

  if (!offline && !answered && "serviceWorker" in navigator) addEventListener("load", async () => {
    await navigator.serviceWorker.register("/sw.js");
    const { active } = await navigator.serviceWorker.ready;
    const parts = performance.getEntriesByType("resource").map((one) => one.name)
      .filter((name) => name.startsWith(`${location.origin}/static/`) || name.startsWith(`${location.origin}/brand/`));
    active.postMessage({ page: here, parts });
  });
})();
