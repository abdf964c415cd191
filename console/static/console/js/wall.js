// The wall: tiles are replaced as they change; old data and a lost connection are said loudly, over everything else.
"use strict";

(() => {
  const tiles = document.getElementById("tiles");
  if (!tiles) return;
  const link = document.getElementById("link");
  const trouble = document.getElementById("trouble");
  const words = document.getElementById("trouble-words");
  const { changeover } = window;
  const { fill, gettext, timeOf } = changeover;
  const shown = new changeover.rows.Shown(tiles);
  const LOUD = ["offline", "signed-out", "blind", "reconnecting"];
  const staleAfter = Number(tiles.dataset.staleAfter);
  // The page comes with its first tiles; the newest of all was this one then, and the others follow with the stream.
  const newestThen = Date.parse(tiles.dataset.newest) || 0;
  let connection = "";
  let late = 0;

  function newest() {
    const times = [...tiles.querySelectorAll("time[data-age]")].map((one) => Date.parse(one.dateTime));
    return Math.max(newestThen, ...times);
  }
  function judge() {
    const at = newest();
    const old = !at || changeover.serverNow() - at > staleAfter * 1000;
    const since = at ? timeOf(new Date(at)) : gettext("the beginning");
    const aged = old ? fill(gettext("OLD DATA: nothing has been observed since %(since)s."), { since }) : "";
    const said = connection ? fill(gettext("CONNECTION LOST. %(what)s"), { what: connection }) : aged;
    if (words.textContent !== said) words.textContent = said;
    trouble.hidden = !said;
    document.body.classList.toggle("is-old", Boolean(said));
  }
  function refreshSum() {
    late ||= window.setTimeout(() => { late = 0; changeover.refresh(tiles.dataset.head).catch(() => undefined); }, 700);
  }
  function put(rows) {
    for (const one of rows) {
      const { before, fresh } = shown.take(one);
      if (!before) tiles.append(fresh);
      if (before?.dataset.mail !== fresh.dataset.mail || ("running" in fresh.dataset) !== ("running" in (before?.dataset ?? {}))) refreshSum();
    }
    changeover.rows.sort(tiles, shown.all.values());
    changeover.tick();
    judge();
  }
  changeover.rows.follow({
    rows: tiles.dataset.rows,
    events: tiles.dataset.events,
    put,
    gone: (keys) => { keys.forEach((pk) => shown.remove(pk)); refreshSum(); },
    old: (versions) => shown.old(versions),
    head: refreshSum,
    tell: (state, said, since) => {
      link.dataset.state = state;
      link.querySelector("span").textContent = said;
      connection = LOUD.includes(state) ? (state === "reconnecting" ? fill(gettext("What you see is as of %(since)s."), { since }) : said) : "";
      if (!connection) refreshSum();
      judge();
    },
  });
  window.setInterval(judge, 1000);
  judge();
})();
