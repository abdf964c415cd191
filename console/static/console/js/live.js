// An operation as it happens: server-sent events, else asking; always from the last line that is on the page.
"use strict";

(() => {
  const card = document.getElementById("journal-card");
  const run = document.querySelector(".run");
  const link = document.getElementById("link");
  const told = document.getElementById("told");
  const { changeover } = window;
  const { fill, gettext, grouped, journal, timeOf } = changeover;
  const { events, lines: linesUrl, stateUrl } = card.dataset;
  const ENDED = ["succeeded", "failed", "stopped", "uncertain"];
  const CHATTER = ["output", "progress", "waiting", "note"];
  const SILENCE = 25000; // without even a beat the stream is taken for dead
  const ANSWER = 10000; // so long an answer is waited for
  const SOON = 300;
  const LATER = 3000;
  const TELL = 8000; // between two sentences for who listens to the page

  let open = Boolean(card.dataset.open);
  let source = null;
  let heard = Date.now();
  let since = null;
  let polling = 0;

  // ---- what the connection is, said plainly
  const words = {
    live: () => gettext("Live"),
    reconnecting: () => gettext("Connection lost, reconnecting"),
    polling: () => gettext("Asking every 2 s (no live stream)"),
    offline: () => fill(gettext("Offline since %(since)s. What you see is as of then; the operation goes on without this page."), { since }),
    "signed-out": () => gettext("Signed out: reload to sign in again"),
    "shut-out": () => gettext("You may not see this operation any more"),
    over: () => gettext("Ended"),
  };
  function say(state) {
    if (state === "offline" && !since) since = timeOf(new Date());
    if (state !== "offline") since = null;
    if (link.dataset.state === state) return;
    link.dataset.state = state;
    link.querySelector("span").textContent = words[state]();
    run.classList.toggle("run--unsure", !["live", "polling", "over"].includes(state));
    watchSilence();
  }
  const connected = () => ["live", "polling"].includes(link.dataset.state);

  // ---- for who listens: which steps are done, what broke and how it ended, a sentence at a time; never the lines
  let saidAt = 0;
  let saying = 0;
  let lastSaid = "";
  function whereItStands() {
    const now = document.getElementById("now");
    const step = document.querySelector('#steps [aria-current="step"] .run-step__title');
    const quiet = document.getElementById("quiet");
    if (quiet && !quiet.hidden && step) return fill(gettext("No progress: %(step)s."), { step: step.textContent });
    if (!step || !now?.matches(".now--running")) return now?.querySelector(".now__sentence")?.textContent.trim() ?? "";
    const { value: done, max: total } = now.querySelector(".now__progress progress");
    return fill(gettext("%(done)s of %(total)s steps done. Now: %(step)s."), { done, total, step: step.textContent });
  }
  function sayIt() {
    window.clearTimeout(saying);
    saying = 0;
    const sentence = whereItStands();
    if (!sentence || sentence === lastSaid) return;
    [lastSaid, saidAt] = [sentence, Date.now()];
    told.textContent = sentence;
  }
  function tell() { // the end does not wait its turn
    if (document.querySelector(ENDED.map((word) => `#now.now--${word}`).join())) sayIt();
    else saying ||= window.setTimeout(sayIt, Math.max(0, saidAt + TELL - Date.now()));
  }

  // ---- how far a counting step has come, as the last line says: the parts around the journal are read later than that
  const counts = new Map();
  const countOf = (step) => document.querySelector(`#steps [data-step="${CSS.escape(step)}"] .progress`);
  function showCounts() {
    for (const [step, { done, total }] of counts) {
      const count = countOf(step);
      if (!count) continue;
      Object.assign(count.querySelector("progress"), { max: total, value: done });
      count.querySelector(".run-step__count").textContent = fill(gettext("%(done)s of %(total)s"), { done: grouped(done), total: grouped(total) });
    }
  }

  // ---- the parts around the journal are read anew: soon when a step changed, later when it only went on
  let asked = 0;
  let due = Infinity;
  function refresh(wait) {
    const at = Date.now() + wait * (1 + 2 * Math.random()); // many who look do not all ask at once
    if (at >= due) return;
    window.clearTimeout(asked);
    due = at;
    asked = window.setTimeout(async () => {
      due = Infinity;
      await changeover.refresh(stateUrl).catch(() => undefined);
      showCounts();
      watchSilence();
      tell();
    }, at - Date.now());
  }

  // ---- no progress: only said while it would be known if there were any
  let newest = 0;
  function watchSilence() {
    const quiet = document.getElementById("quiet");
    if (!quiet) return;
    const at = Math.max(Date.parse(quiet.dataset.heard), newest);
    const silent = open && connected() && changeover.serverNow() - at > Number(quiet.dataset.after) * 1000;
    if (quiet.hidden !== silent) return;
    quiet.hidden = !silent;
    changeover.tick();
    tell();
  }
  function take(lines) {
    const fresh = journal.take(lines);
    if (!fresh.length) return;
    newest = Date.parse(fresh.at(-1).at);
    const counting = fresh.filter((line) => "done" in line);
    for (const line of counting) counts.set(line.step, line);
    showCounts();
    const quiet = document.getElementById("quiet");
    if (quiet) for (const at of quiet.querySelectorAll("time[data-since]")) at.dateTime = fresh.at(-1).at;
    watchSilence();
    const first = counting.some((line) => !countOf(line.step));
    refresh(!first && fresh.every((line) => CHATTER.includes(line.kind)) ? LATER : SOON);
  }
  window.setInterval(watchSilence, 1000);

  // ---- asking, when there is no stream
  async function ask() {
    const response = await fetch(`${linesUrl}?after=${journal.last()}`, { credentials: "same-origin", signal: AbortSignal.timeout(ANSWER) });
    changeover.learnClock(response);
    if (response.redirected) return "signed-out";
    if ([403, 404].includes(response.status)) return "shut-out";
    if (!response.ok) throw new Error(String(response.status));
    const answer = await response.json();
    take(answer.lines);
    if (answer.open !== open) { open = answer.open; refresh(SOON); }
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
    if (["signed-out", "shut-out", "over"].includes(state)) { source?.close(); return; }
    polling = window.setTimeout(poll, 2000);
  }

  // ---- the stream
  function listen() {
    source?.close();
    source = new EventSource(`${events}?after=${journal.last()}`);
    heard = Date.now();
    const hear = (handler) => (event) => {
      heard = Date.now();
      stopPolling();
      say("live");
      handler?.(event.data ? JSON.parse(event.data) : null);
    };
    source.addEventListener("open", hear(() => refresh(SOON)));
    source.addEventListener("beat", hear(() => refresh(SOON)));
    source.addEventListener("lines", hear(take));
    source.addEventListener("state", hear((head) => { open = !ENDED.includes(head.status); refresh(SOON); }));
    source.addEventListener("over", () => { stopPolling(); source.close(); source = null; say("over"); });
    source.addEventListener("error", () => {
      if (["live", "none"].includes(link.dataset.state)) say("reconnecting");
      polling ||= window.setTimeout(poll, 1500);
    });
  }
  window.setInterval(() => {
    if (source === null) return;
    const silent = Date.now() - heard > SILENCE;
    if (silent) { say("reconnecting"); listen(); }
    if (source.readyState === EventSource.CLOSED || silent) poll();
  }, 5000);
  window.setInterval(() => { if (source?.readyState === EventSource.CLOSED) listen(); }, 30000);
  window.addEventListener("online", listen);
  // The browser knows at once that it has no network; the stream would be silent for a while first.
  window.addEventListener("offline", () => { if (source !== null) { say("reconnecting"); poll(); } });

  if (open) listen();
})();
