// The overview: rows are replaced as they change, filtered without asking the server, and reached by keys.
"use strict";

(() => {
  const card = document.getElementById("overview");
  const table = card.querySelector("table");
  const form = document.getElementById("filter");
  const link = document.getElementById("link");
  const PROBLEMS = ["down", "look", "unknown", "trouble"];
  const { changeover } = window;
  const shown = new changeover.rows.Shown(table);
  // The page comes with its first rows; all the others follow as soon as the stream has told which there are.
  let total = Number(card.dataset.count);
  const complete = () => shown.all.size >= total;

  // ---- what is shown: the same rules as on the server
  function fits(row, words, state, site) {
    const states = row.dataset.states.split(" ");
    const ofState = !state || states.includes(state) || (state === "problems" && PROBLEMS.some((one) => states.includes(one)));
    return ofState && (!site || row.dataset.site === site) && words.every((word) => row.dataset.text.includes(word));
  }
  function counted() {
    const found = new Map();
    for (const row of shown.all.values()) {
      const states = row.dataset.states.split(" ");
      if (PROBLEMS.some((one) => states.includes(one))) states.push("problems");
      for (const state of states) found.set(state, (found.get(state) ?? 0) + 1);
    }
    for (const option of form.state.querySelectorAll("[data-words]")) {
      option.textContent = `${option.dataset.words} (${found.get(option.value) ?? 0})`;
    }
  }
  function filter() {
    const words = form.q.value.toLowerCase().split(/\s+/).filter(Boolean);
    const [state, site] = [form.state.value, form.site.value];
    let count = 0;
    for (const row of shown.all.values()) {
      const hidden = !fits(row, words, state, site);
      if (row.hidden !== hidden) row.hidden = hidden;
      count += hidden ? 0 : 1;
    }
    for (const body of table.tBodies) body.hidden = !body.querySelector(".line:not([hidden])");
    const narrows = Boolean(words.length || state || site);
    document.getElementById("clear-filter").hidden = !narrows;
    if (!complete()) return;
    document.getElementById("pages").hidden = true;
    document.getElementById("nothing").hidden = count > 0;
    const said = narrows ? changeover.fill(changeover.gettext("%(count)s of %(all)s shown"), { count, all: shown.all.size }) : "";
    const told = document.getElementById("count");
    if (told.textContent !== said) told.textContent = said;
    counted();
  }
  function keepAddress() {
    const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    window.history.replaceState(null, "", `${form.getAttribute("action")}${query.size ? `?${query}` : ""}`);
  }
  function group() {
    const rows = [...shown.all.values()];
    const sites = form.group.checked ? [...new Set([...rows].sort((a, b) => a.dataset.rank - b.dataset.rank).map((row) => row.dataset.site))] : [""];
    const bodies = sites.map((site) => {
      const body = document.createElement("tbody");
      body.dataset.site = site;
      if (site) {
        const head = body.insertRow();
        head.className = "lines__site";
        const cell = document.createElement("th");
        Object.assign(cell, { scope: "rowgroup", colSpan: 10, textContent: site });
        head.append(cell);
      }
      return body;
    });
    const old = [...table.tBodies];
    table.append(...bodies);
    for (const body of bodies) changeover.rows.sort(body, rows.filter((row) => !body.dataset.site || row.dataset.site === body.dataset.site));
    for (const body of old) body.remove();
  }
  function clear() {
    form.q.value = form.state.value = form.site.value = "";
    keepAddress();
    filter();
  }
  form.addEventListener("input", (event) => {
    if (event.target === form.group) group();
    keepAddress();
    filter();
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); firstLink()?.focus(); });
  for (const id of ["clear-filter", "nothing"]) {
    document.getElementById(id).addEventListener("click", (event) => { if (event.target.closest("a")) { event.preventDefault(); clear(); } });
  }
  document.getElementById("apply-filter").hidden = true;

  // ---- rows as they change
  let asked = 0;
  function headSoon() {
    asked ||= window.setTimeout(() => { asked = 0; changeover.refresh(card.dataset.head).catch(() => undefined); }, 500);
  }
  const facts = (row) => (row ? `${row.dataset.states} ${"news" in row.dataset}` : "");
  function put(rows) {
    const grouped = form.group.checked;
    const sites = new Set([...table.tBodies].map((body) => body.dataset.site));
    let moved = false;
    let news = false;
    for (const one of rows) {
      const { before, fresh } = shown.take(one);
      if (!before) table.tBodies[0].append(fresh);
      const elsewhere = !before || before.dataset.site !== fresh.dataset.site;
      moved ||= elsewhere || before.dataset.rank !== fresh.dataset.rank || before.dataset.name !== fresh.dataset.name;
      news ||= facts(before) !== facts(fresh) || "news" in fresh.dataset;
      if (grouped && !sites.has(fresh.dataset.site)) moved = true;
    }
    if (moved) group();
    filter();
    changeover.tick();
    if (news) headSoon();
  }
  function gone(keys) {
    keys.forEach((pk) => shown.remove(pk));
    filter();
    headSoon();
  }
  changeover.rows.follow({
    rows: card.dataset.rows,
    events: card.dataset.events,
    put,
    gone,
    old: (versions) => {
      total = Object.keys(versions).length;
      return shown.old(versions);
    },
    head: headSoon,
    tell: (state, words) => {
      link.dataset.state = state;
      link.querySelector("span").textContent = words;
      headSoon();
    },
  });

  // ---- keys
  const visibleRows = () => [...table.querySelectorAll(".line:not([hidden])")].filter((row) => !row.parentElement.hidden);
  const firstLink = () => visibleRows()[0]?.querySelector(".line__name");
  function step(by) {
    const rows = visibleRows();
    const at = rows.indexOf(document.activeElement.closest?.(".line"));
    const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by));
    rows[next]?.querySelector(".line__name").focus();
    rows[next]?.scrollIntoView({ block: "nearest" });
  }
  const KEYS = { j: () => step(1), k: () => step(-1), "/": () => { form.q.focus(); form.q.select(); } };
  document.addEventListener("keydown", (event) => {
    if (event.target === form.q && !event.ctrlKey && !event.metaKey && !event.altKey && !event.isComposing) {
      if (event.key === "Escape") { clear(); firstLink()?.focus(); event.preventDefault(); }
      if (event.key === "ArrowDown") { firstLink()?.focus(); event.preventDefault(); }
      return;
    }
    if (!changeover.keys.acts(event)) return;
    if (event.key === "Escape" && !document.getElementById("clear-filter").hidden) clear();
    if (!KEYS[event.key]) return;
    event.preventDefault();
    KEYS[event.key]();
  });
  document.getElementById("keys").hidden = false;
  filter();
})();
