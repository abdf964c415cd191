// What every page does when scripts run: ages tick, and parts marked as regions are read anew without a reload.
"use strict";

const units = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];

function inWords(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const at = units.findIndex(([, size]) => whole >= size);
  if (at < 0) return "0 s";
  if (at === 3) return `${whole} s`;
  const [unit, size] = units[at];
  const [lower, lowerSize] = units[at + 1];
  const rest = Math.floor((whole % size) / lowerSize);
  return `${Math.floor(whole / size)} ${unit} ${unit === "d" ? rest : String(rest).padStart(2, "0")} ${lower}`;
}

// The server's clock, not the reader's: the page carries no clock, so the first answer's Date header sets it.
let ahead = 0;
function learnClock(response) {
  const date = Date.parse(response.headers.get("Date") || "");
  if (!Number.isNaN(date)) ahead = Date.now() - date;
}

function serverNow() {
  return Date.now() - (Math.abs(ahead) > 2000 ? ahead : 0);
}

function tick() {
  const now = serverNow();
  for (const at of document.querySelectorAll("time[data-age], time[data-since]")) {
    const seconds = (now - Date.parse(at.dateTime)) / 1000;
    const words = inWords(seconds) + ("age" in at.dataset ? " ago" : "");
    if (at.textContent !== words) at.textContent = words;
    if ("age" in at.dataset) at.classList.toggle("is-stale", seconds > Number(at.dataset.age));
  }
  for (const until of document.querySelectorAll("time[data-until]")) {
    const left = (Date.parse(until.dateTime) - now) / 1000;
    until.textContent = left > 0 ? `in ${inWords(left)}` : "just now";
  }
}

// Regions keep the reader's place: only what changed is replaced, and never the part that holds the focus.
// Tokens and ages differ in every answer; they are no change.
const shown = new Map();
function essence(region) {
  return region.outerHTML.replace(/csrfmiddlewaretoken" value="[^"]*"/g, "").replace(/(<time [^>]*>)[^<]*/g, "$1");
}

function takeRegions(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  for (const region of fresh.querySelectorAll("[data-region]")) {
    const old = document.getElementById(region.id);
    const now = essence(region);
    if (!old || shown.get(region.id) === now || old.contains(document.activeElement)) continue;
    const open = new Map([...old.querySelectorAll("details[id]")].map((fold) => [fold.id, fold.open]));
    old.replaceWith(region);
    for (const fold of region.querySelectorAll("details[id]")) fold.open = open.get(fold.id) ?? fold.open;
    shown.set(region.id, now);
  }
  tick();
}

async function refresh(url) {
  const response = await fetch(url, { headers: { Accept: "text/html" }, credentials: "same-origin" });
  learnClock(response);
  if (response.redirected || !response.ok) throw new Error(String(response.status));
  takeRegions(await response.text());
}

window.changeover = { inWords, learnClock, refresh, serverNow, takeRegions, tick };

// A page that wants to be kept fresh holds an element with data-poll; when it is gone, the asking ends.
async function keepFresh() {
  const poll = document.querySelector("[data-poll]");
  if (!poll) return;
  if (!document.hidden) await refresh(poll.dataset.poll).catch(() => undefined);
  window.setTimeout(keepFresh, Number(poll.dataset.every) * 1000);
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// A second press of the same button while the first is on its way does nothing; the server would ignore it too.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) { event.preventDefault(); return; }
  if (form.method === "post") form.dataset.sent = "1";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

document.addEventListener("DOMContentLoaded", () => { tick(); window.setInterval(tick, 1000); window.setTimeout(keepFresh, 1000); });
