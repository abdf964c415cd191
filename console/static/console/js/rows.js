// Rows that are kept fresh: a stream of those that change, else asking; the page says honestly what its connection is.
"use strict";

(() => {
  const { fill, gettext, timeOf } = window.changeover;
  const SILENCE = 25000;
  const ASK_EVERY = 5000;
  const AT_ONCE = 200;
  const WORDS = {
    live: () => gettext("Live"),
    reconnecting: () => gettext("Connection lost, reconnecting"),
    polling: () => gettext("Asking every 5 s (no live stream)"),
    offline: (since) => fill(gettext("Offline since %(since)s. What you see is as of then."), { since }),
    "signed-out": () => gettext("Signed out: reload to sign in again"),
    blind: () => gettext("The console cannot read its database. What you see is as of before."),
  };

  // `rows` and `events` are addresses; `put` takes rows as HTML, `gone` the keys of those that are no more,
  // `old` says which of the versions given are not the page's, `head` that what is of no row has changed, and `tell`
  // hears of the connection.
  function follow({ rows, events, put, gone, old, head, tell }) {
    let source = null;
    let heard = Date.now();
    let polling = 0;
    let behind = false;
    let since = null;
    let state = "none";

    function say(now) {
      if (now === "live") since = null;
      else since ??= timeOf(new Date());
      if (now === state) return;
      state = now;
      tell(state, WORDS[state](since), since);
    }
    const within = (address, query) => `${address}${address.includes("?") ? "&" : "?"}${query}`;
    async function answer(address) {
      const response = await fetch(address, { credentials: "same-origin" });
      window.changeover.learnClock(response);
      if (response.redirected || response.status === 403) throw new Error("signed-out");
      if (!response.ok) throw new Error("offline");
      return response.json();
    }

    // What the page has is held against the versions of all rows, and what differs is asked for.
    async function reconcile(versions) {
      behind = true;
      const { changed, missing } = old(versions);
      if (missing.length) gone(missing);
      for (let first = 0; first < changed.length; first += AT_ONCE) {
        const part = changed.slice(first, first + AT_ONCE);
        put((await answer(within(rows, `of=${part.join(",")}`))).rows);
      }
      behind = false;
    }
    function askLater(pause) {
      polling ||= window.setTimeout(poll, pause);
    }
    async function poll() {
      window.clearTimeout(polling);
      polling = 0;
      let found = "polling";
      try { await reconcile((await answer(rows)).versions); } catch (error) {
        found = error.message === "signed-out" ? "signed-out" : "offline";
      }
      if (source?.readyState === EventSource.OPEN) {
        if (found === "offline") askLater(ASK_EVERY);
        return;
      }
      say(found);
      if (found === "signed-out") { source?.close(); source = null; return; }
      polling = window.setTimeout(poll, ASK_EVERY);
    }

    function listen() {
      source?.close();
      source = new EventSource(events);
      heard = Date.now();
      const hear = (handler) => (event) => {
        heard = Date.now();
        if (!behind) {
          window.clearTimeout(polling);
          polling = 0;
        }
        const told = event.data ? JSON.parse(event.data) : {};
        if (told.blind) { say("blind"); return; }
        if (state !== "blind" || "blind" in told) say("live");
        handler?.(told);
      };
      source.addEventListener("open", hear());
      source.addEventListener("beat", hear());
      source.addEventListener("versions", hear((told) => { reconcile(told.versions).catch(() => askLater(1500)); }));
      source.addEventListener("rows", hear((told) => put(told.rows)));
      source.addEventListener("gone", hear((told) => gone(told.gone.map(String))));
      source.addEventListener("head", hear(head));
      source.addEventListener("over", () => { source.close(); poll(); });
      source.addEventListener("error", () => {
        if (["live", "none"].includes(state)) say("reconnecting");
        askLater(1500);
      });
    }
    window.setInterval(() => {
      if (source === null) return;
      const silent = Date.now() - heard > SILENCE;
      if (silent) { say("reconnecting"); listen(); }
      if (silent || source.readyState === EventSource.CLOSED) askLater(0);
    }, 5000);
    window.setInterval(() => { if (source?.readyState === EventSource.CLOSED) listen(); }, 30000);
    window.addEventListener("online", () => { if (state !== "signed-out") listen(); });
    window.addEventListener("offline", () => { if (source !== null) { say("reconnecting"); askLater(0); } });
    listen();
  }

  // The rows of a page: elements with the key and the version of what they show.
  class Shown {
    constructor(within) {
      this.all = new Map([...within.querySelectorAll("[data-pk]")].map((one) => [one.dataset.pk, one]));
    }
    old(versions) {
      const changed = Object.keys(versions).filter((pk) => this.all.get(pk)?.dataset.version !== versions[pk]);
      return { changed, missing: [...this.all.keys()].filter((pk) => !(pk in versions)) };
    }
    // Puts a row in the place of the one with its key; gives both, the old one is missing when the row is new.
    take({ pk, html }) {
      const apart = new DOMParser().parseFromString(`<template>${html}</template>`, "text/html");
      const fresh = document.importNode(apart.querySelector("template").content.firstElementChild, true);
      const before = this.all.get(String(pk));
      this.all.set(String(pk), fresh);
      const focused = before?.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
      before?.replaceWith(fresh);
      if (focused) [...fresh.querySelectorAll("a")].find((link) => link.getAttribute("href") === focused)?.focus();
      return { before, fresh };
    }
    remove(pk) {
      this.all.get(pk)?.remove();
      this.all.delete(pk);
    }
  }
  function inOrder(one, other) {
    const rank = Number(one.dataset.rank) - Number(other.dataset.rank);
    return rank || (one.dataset.name < other.dataset.name ? -1 : 1);
  }
  // Only what stands wrong is moved, and whoever has the focus keeps it.
  function sort(parent, rows) {
    const focus = document.activeElement;
    let place = null;
    for (const row of [...rows].sort(inOrder).reverse()) {
      if (row.nextElementSibling !== place || row.parentElement !== parent) parent.insertBefore(row, place);
      place = row;
    }
    if (focus !== document.activeElement && parent.contains(focus)) focus.focus({ preventScroll: true });
  }

  window.changeover.rows = { follow, Shown, sort };
})();
