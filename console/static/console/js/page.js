// What every page does when scripts run: ages tick, and parts marked as regions are read anew without a reload.
"use strict";

// A page in another language brings its words in a script before this one; English is what is written here.
const gettext = window.gettext ?? ((words) => words);
const ngettext = window.ngettext ?? ((one, more, count) => (count === 1 ? one : more));
// Puts values in the place of %(name)s.
function fill(words, values) {
  return words.replace(/%\((\w+)\)s/g, (_, name) => String(values[name]));
}

// A number as people of the page's language write it; the server does the same (numbers.py).
const grouped = new Intl.NumberFormat(document.documentElement.lang).format;

function inWords(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [minutes, hours, days] = [60, 3600, 86400].map((size) => Math.floor(whole / size));
  const two = (number) => String(number).padStart(2, "0");
  if (days) return fill(gettext("%(days)s d %(hours)s h"), { days, hours: hours % 24 });
  if (hours) return fill(gettext("%(hours)s h %(minutes)s min"), { hours, minutes: two(minutes % 60) });
  if (minutes) return fill(gettext("%(minutes)s min %(seconds)s s"), { minutes, seconds: two(whole % 60) });
  return fill(gettext("%(seconds)s s"), { seconds: whole });
}
const ago = (seconds) => fill(gettext("%(span)s ago"), { span: inWords(seconds) });

// A time of day in the zone in which the page shows its times.
const clock = new Intl.DateTimeFormat("en-GB", { timeZone: document.documentElement.dataset.zone, timeStyle: "medium" });
const timeOf = (date) => clock.format(date);

// The server shows the first page of a browser in its own zone, and every later one in the browser's.
function tellZone() {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  if (!timeZone || document.cookie.includes(`browser-zone=${timeZone}`)) return;
  const safe = window.location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `browser-zone=${timeZone}; Path=/; Max-Age=31536000; SameSite=Lax${safe}`;
}
tellZone();

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
    const words = "age" in at.dataset ? ago(seconds) : inWords(seconds);
    if (at.textContent !== words) at.textContent = words;
    if ("age" in at.dataset) at.classList.toggle("is-stale", seconds > Number(at.dataset.age));
  }
  for (const until of document.querySelectorAll("time[data-until]")) {
    const left = (Date.parse(until.dateTime) - now) / 1000;
    until.textContent = left > 0 ? fill(gettext("in %(span)s"), { span: inWords(left) }) : gettext("just now");
  }
}

// Regions keep the reader's place: only what changed is replaced, and not the part that holds the focus until it leaves.
// Tokens and ages differ in every answer; they are no change.
const LEFT = 400; // a press that took the focus away is over by then: nothing moves under it
const shown = new Map();
const held = new Map();
function essence(region) {
  return region.outerHTML.replace(/csrfmiddlewaretoken" value="[^"]*"/g, "").replace(/(<time [^>]*>)[^<]*/g, "$1");
}

function takeRegion(region) {
  const old = document.getElementById(region.id);
  const now = essence(region);
  held.delete(region.id);
  if (!old || shown.get(region.id) === now) return;
  if (old.contains(document.activeElement)) { held.set(region.id, region); return; }
  const open = new Map([...old.querySelectorAll("details[id]")].map((fold) => [fold.id, fold.open]));
  old.replaceWith(region);
  for (const fold of region.querySelectorAll("details[id]")) fold.open = open.get(fold.id) ?? fold.open;
  shown.set(region.id, now);
}

function takeRegions(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  for (const region of fresh.querySelectorAll("[data-region]")) takeRegion(region);
  tick();
}
document.addEventListener("focusout", () => {
  if (held.size) window.setTimeout(() => { [...held.values()].forEach(takeRegion); tick(); }, LEFT);
});

async function refresh(url) {
  const response = await fetch(url, { headers: { Accept: "text/html" }, credentials: "same-origin" });
  learnClock(response);
  if (response.redirected || !response.ok) throw new Error(String(response.status));
  takeRegions(await response.text());
}

window.changeover = { fill, gettext, grouped, ngettext, inWords, timeOf, learnClock, refresh, serverNow, takeRegions, tick };

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

// After a form was refused the focus is on what says why, or where nothing does on the first field that is wrong: who
// listens hears it, and the Tab key leads on from there.
function goToRefusal() {
  const page = document.getElementById("main");
  const why = page.querySelector("#messages > .tone-bad") ??
    ("answer" in page.dataset ? page.querySelector('.refusal, .notice.tone-bad[role="alert"], [aria-invalid="true"]') : null);
  if (!why) return;
  if (why.tabIndex < 0) why.tabIndex = -1; // a notice takes the focus when it is given, and is no stop of the Tab key
  why.focus();
}

document.addEventListener("DOMContentLoaded", () => { goToRefusal(); tick(); window.setInterval(tick, 1000); window.setTimeout(keepFresh, 1000); });
