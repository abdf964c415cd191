// The journal as it grows: server-sent events, else asking; always from the last line that is on the page.
"use strict";

(() => {
  const card = document.getElementById("journal-card");
  const view = document.getElementById("journal");
  const groups = document.getElementById("groups");
  const more = document.getElementById("new-lines");
  const link = document.getElementById("link");
  const { changeover } = window;
  const { events, lines: linesUrl, stateUrl, filterText, filterKind, filterStep } = card.dataset;
  const isPart = Boolean(card.dataset.later);
  const SHOWN = 3000;
  const ENDED = ["succeeded", "failed", "stopped", "uncertain"];
  const SILENCE = 25000;

  let last = Number(card.dataset.last);
  let open = Boolean(card.dataset.open);
  let source = null;
  let heard = Date.now();
  let since = null;
  let unread = 0;
  let polling = 0;

  // ---- what the connection is, said plainly
  const words = {
    live: () => "Live",
    reconnecting: () => "Connection lost, reconnecting",
    polling: () => "Asking every 2 s (no live stream)",
    offline: () => `Offline since ${since}. What you see is as of then; the operation goes on without this page.`,
    "signed-out": () => "Signed out: reload to sign in again",
    over: () => "Ended",
  };
  function say(state) {
    if (state === "offline" && !since) since = new Date().toLocaleTimeString([], { hour12: false });
    if (state !== "offline") since = null;
    if (link.dataset.state === state) return;
    link.dataset.state = state;
    link.querySelector("span").textContent = words[state]();
  }

  // ---- lines
  const follows = () => view.scrollHeight - view.scrollTop - view.clientHeight < 60;
  function toEnd() {
    view.scrollTop = view.scrollHeight;
    unread = 0;
    more.hidden = true;
  }
  function fits(line) {
    return (!filterText || line.text.toLowerCase().includes(filterText.toLowerCase())) &&
      (!filterKind || line.kind === filterKind) && (!filterStep || line.step === filterStep);
  }
  function titleOf(step) {
    const option = document.querySelector(`#step option[value="${CSS.escape(step)}"]`);
    return option ? option.textContent : step || "Before the first step";
  }
  function groupFor(line) {
    const tail = groups.lastElementChild;
    if (tail && (!line.step || tail.dataset.step === line.step)) return tail;
    const news = tail && tail.querySelector(".jl--failed, .jl--warning, .jl--resumed, .jl--continued, .jl--skipped");
    if (tail && !news && !tail.dataset.touched && follows()) tail.open = false;
    const group = document.getElementById("group-template").content.firstElementChild.cloneNode(true);
    group.dataset.step = line.step;
    group.querySelector(".jgroup__title").textContent = titleOf(line.step);
    groups.append(group);
    return group;
  }
  function count(group) {
    group.querySelector(".jgroup__count").textContent = group.querySelectorAll(".jl").length;
  }
  function add(line) {
    const item = document.getElementById("line-template").content.firstElementChild.cloneNode(true);
    item.id = `L${line.seq}`;
    item.classList.add(`jl--${line.kind}`);
    const seq = item.querySelector(".jl__seq");
    seq.textContent = line.seq;
    seq.href = `?line=${line.seq}#L${line.seq}`;
    const at = item.querySelector(".jl__at");
    at.dateTime = line.at;
    at.textContent = line.at.slice(11, 19);
    item.querySelector(".jl__kind").textContent = line.kind;
    item.querySelector(".jl__text").textContent = line.text;
    const group = groupFor(line);
    group.querySelector(".jlines").append(item);
    return group;
  }
  function trim() {
    const all = groups.querySelectorAll(".jl");
    if (all.length <= SHOWN) return;
    for (const item of [...all].slice(0, all.length - SHOWN / 2)) item.remove();
    for (const group of groups.querySelectorAll(".jgroup")) if (!group.querySelector(".jl")) group.remove();
    earlierFrom(Number(groups.querySelector(".jl").id.slice(1)));
  }
  function take(lines) {
    const fresh = lines.filter((line) => line.seq > last);
    if (!fresh.length) return;
    last = fresh.at(-1).seq;
    document.getElementById("journal-count").textContent = last;
    refreshSoon();
    if (isPart) return;
    const stay = !follows();
    const shown = fresh.filter(fits);
    document.getElementById("journal-empty")?.remove();
    new Set(shown.map(add)).forEach(count);
    if (!stay) { trim(); toEnd(); return; }
    unread += shown.length;
    more.hidden = unread === 0;
    more.textContent = `${unread} new line${unread === 1 ? "" : "s"}`;
  }

  // ---- the parts around the journal, read anew at most once a second
  let asked = 0;
  function refreshSoon() {
    if (asked) return;
    asked = window.setTimeout(() => {
      asked = 0;
      changeover.refresh(stateUrl).catch(() => undefined);
    }, 700);
  }

  // ---- asking, when there is no stream
  async function ask() {
    const response = await fetch(`${linesUrl}?after=${last}`, { credentials: "same-origin" });
    changeover.learnClock(response);
    if (response.redirected) return "signed-out";
    if (!response.ok) throw new Error(String(response.status));
    const answer = await response.json();
    take(answer.lines);
    if (answer.open !== open) { open = answer.open; refreshSoon(); }
    return answer.more ? ask() : open ? "polling" : "over";
  }
  function stopPolling() {
    window.clearTimeout(polling);
    polling = 0;
  }
  async function poll() {
    stopPolling();
    const state = await ask().catch(() => "offline");
    if (source && source.readyState === EventSource.OPEN) return;
    say(state);
    if (state === "signed-out" || state === "over") { source?.close(); return; }
    polling = window.setTimeout(poll, 2000);
  }

  // ---- the stream
  function listen() {
    source?.close();
    source = new EventSource(`${events}?after=${last}`);
    heard = Date.now();
    const hear = (handler) => (event) => {
      heard = Date.now();
      stopPolling();
      say("live");
      handler?.(event.data ? JSON.parse(event.data) : null);
    };
    source.addEventListener("open", hear());
    source.addEventListener("beat", hear());
    source.addEventListener("lines", hear(take));
    source.addEventListener("state", hear((head) => { open = !ENDED.includes(head.status); refreshSoon(); }));
    source.addEventListener("over", () => { stopPolling(); source.close(); source = null; say("over"); });
    source.addEventListener("error", () => {
      if (["live", "none"].includes(link.dataset.state)) say("reconnecting");
      polling ||= window.setTimeout(poll, 1500);
    });
  }
  window.setInterval(() => {
    if (source === null) return;
    const silent = Date.now() - heard > SILENCE;
    if (source.readyState === EventSource.CLOSED || silent) { poll(); if (silent) listen(); }
  }, 5000);
  window.setInterval(() => { if (source?.readyState === EventSource.CLOSED) listen(); }, 30000);
  window.addEventListener("online", listen);

  // ---- earlier lines, and links to lines
  function earlierFrom(seq) {
    const earlier = document.getElementById("earlier");
    const url = new URL(window.location.href);
    url.searchParams.set("before", seq);
    url.searchParams.delete("line");
    url.hash = "";
    earlier.href = url.href;
    earlier.parentElement.hidden = seq <= 1;
  }
  document.getElementById("earlier").addEventListener("click", async (event) => {
    event.preventDefault();
    const response = await fetch(event.target.href, { credentials: "same-origin" }).catch(() => null);
    if (!response?.ok || response.redirected) { window.location.assign(event.target.href); return; }
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    const height = view.scrollHeight;
    groups.prepend(...fresh.querySelectorAll("#groups > .jgroup"));
    view.scrollTop += view.scrollHeight - height;
    const link = fresh.getElementById("earlier");
    event.target.href = link.href;
    event.target.parentElement.hidden = link.parentElement.hidden;
  });
  groups.addEventListener("click", (event) => {
    const fold = event.target.closest("summary")?.parentElement;
    if (fold) fold.dataset.touched = "1";
  });
  more.addEventListener("click", toEnd);
  view.addEventListener("scroll", () => { if (follows()) toEnd(); });
  function goToHash() {
    const match = /^#L(\d+)$/.exec(window.location.hash);
    if (!match) return false;
    const line = document.getElementById(match[0].slice(1));
    if (!line) { if (!window.location.search.includes(`line=${match[1]}`)) window.location.search = `?line=${match[1]}`; return true; }
    line.closest("details").open = true;
    line.scrollIntoView({ block: "center" });
    return true;
  }
  window.addEventListener("hashchange", goToHash);

  if (!goToHash() && !isPart) toEnd();
  if (open) listen();
})();
