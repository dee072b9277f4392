/* Opens the page for readings where there is no network. It keeps that page and what it is drawn
   with; what is typed there is kept by readings.js. */
"use strict";
const PAGES = "pages", PARTS = "parts";
const READINGS = /^\/(readings\/|(read|card)\/[^/]+\/)$/;
/* Whoever comes or goes here must not find the page of somebody else. */
const LEAVING = /^\/(account\/(login|logout)|me\/close)\//;

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("message", (event) => event.waitUntil(keep(event.data)));

addEventListener("fetch", (event) => {
  const { request } = event, url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.mode !== "navigate") {
    if (/^\/(static|brand)\//.test(url.pathname)) event.respondWith(part(request));
  } else if (request.method === "POST" && LEAVING.test(url.pathname)) {
    event.waitUntil(caches.delete(PAGES));
  } else if (READINGS.test(url.pathname)) {
    event.respondWith(opened(request, name(url)));
  }
});

function name(url) {
  const page = url.searchParams.get("page");
  return url.pathname + (page ? `?page=${page}` : "");
}

async function keep({ page, parts }) {
  const url = new URL(page, location.origin);
  if (!READINGS.test(url.pathname)) return;
  url.searchParams.set("kept", "1");
  const answer = await fetch(url, { credentials: "same-origin", redirect: "error" });
  if (!answer.ok) return;
  const drawer = await caches.open(PARTS);
  for (const old of await drawer.keys()) if (!parts.includes(old.url)) await drawer.delete(old);
  for (const one of parts) if (!(await drawer.match(one))) await drawer.add(one);
  await (await caches.open(PAGES)).put(page, answer);
}

async function opened(request, page) {
  try {
    const answer = await fetch(request);
    /* Asked to sign in, or the link has ended: the page is nobody's any more. */
    const over = answer.type === "opaqueredirect" || answer.status === 410;
    if (over && request.method === "GET") await (await caches.open(PAGES)).delete(page);
    return answer;
  } catch (failed) {
    const kept = await (await caches.open(PAGES)).match(page);
    if (kept) return kept;
    throw failed;
  }
}

async function part(request) {
  return (await (await caches.open(PARTS)).match(request)) || fetch(request);
}
