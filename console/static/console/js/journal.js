// The journal on the page, folded by step. However long it is, only the blocks of lines near what is seen are in the
// page; the others are blank stretches of about their height, and are fetched by their numbers when they come near.
"use strict";

(() => {
  const { fill: words, grouped, ngettext } = window.changeover;
  const card = document.getElementById("journal-card");
  const view = document.getElementById("journal");
  const groups = document.getElementById("groups");
  const more = document.getElementById("new-lines");
  const { lines: linesUrl, filtered, filterText, filterKind, filterStep, pointed, zone } = card.dataset;
  const BLOCK = 200; // lines that are fetched at a time
  const HELD = 5000; // lines that stay in the page
  const NEAR = "900px 0px";
  const AGAIN = 2000;
  const NEWS = ["failed", "warning", "resumed", "continued", "skipped", "accepted"];
  const ALL = !filtered;

  let last = Number(card.dataset.last);
  let following = true;
  let unread = 0;
  let lineHeight = 21;

  // ---- lines
  const clock = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  const lineTemplate = document.getElementById("line-template").content.firstElementChild;
  const groupTemplate = document.getElementById("group-template").content.firstElementChild;

  // No line ends within a node's name: the same names are kept whole as in what the server sent.
  const NAME = /(?<![\w<&;\/=\x22-])(?=[\w-]{3,20}(?![\w-]))(?:[A-Z0-9]\w*(?:-\w+)+|set-up)/g;
  function unbroken(text) {
    const parts = [];
    let from = 0;
    for (const found of text.matchAll(NAME)) {
      const name = Object.assign(document.createElement("span"), { className: "nowrap", textContent: found[0] });
      parts.push(text.slice(from, found.index), name);
      from = found.index + found[0].length;
    }
    return [...parts, text.slice(from)];
  }
  function made(line) {
    const item = lineTemplate.cloneNode(true);
    item.id = `L${line.seq}`;
    item.classList.add(`jl--${line.kind}`);
    const seq = item.querySelector(".jl__seq");
    seq.textContent = line.seq;
    seq.href = `?line=${line.seq}#L${line.seq}`;
    seq.tabIndex = -1;
    const at = item.querySelector(".jl__at");
    at.dateTime = line.at;
    at.textContent = clock.format(new Date(line.at));
    item.querySelector(".jl__kind").textContent = line.kind;
    item.querySelector(".jl__text").append(...unbroken(line.text));
    return item;
  }
  function fits(line) {
    return (!filterText || line.text.toLowerCase().includes(filterText.toLowerCase())) &&
      (!filterKind || line.kind === filterKind) && (!filterStep || line.step === filterStep);
  }
  function titleOf(step) {
    const option = document.querySelector(`#step option[value="${CSS.escape(step)}"]`);
    return option ? option.textContent : step || window.changeover.gettext("Before the first step");
  }

  // ---- blocks: data-first and data-last are the numbers of the lines that belong there, data-state what is in them
  const isFull = (block) => block.dataset.state === "full";
  const near = new Set();
  const seen = new IntersectionObserver((changes) => {
    for (const change of changes) {
      if (change.isIntersecting) near.add(change.target); else near.delete(change.target);
    }
    for (const block of near) if (block.dataset.state === "blank") fill(block);
    prune();
  }, { root: view, rootMargin: NEAR });

  function blockOf(first, to, state) {
    const block = document.createElement("ol");
    block.className = "jlines";
    block.dataset.first = first;
    block.dataset.last = to;
    block.dataset.state = state;
    if (state === "blank") block.style.height = `${(to - first + 1) * lineHeight}px`;
    seen.observe(block);
    return block;
  }
  function blanks(first, to) {
    const found = [];
    for (let at = first; at <= to; at += BLOCK) found.push(blockOf(at, Math.min(at + BLOCK - 1, to), "blank"));
    return found;
  }
  const coming = new Map();
  function fill(block) {
    if (!coming.has(block)) coming.set(block, fetched(block).finally(() => coming.delete(block)));
    return coming.get(block);
  }
  async function fetched(block) {
    block.dataset.state = "fetching";
    const { first, last: to } = block.dataset;
    try {
      const response = await fetch(`${linesUrl}?from=${first}&to=${to}`, { credentials: "same-origin" });
      if (response.redirected || !response.ok) throw new Error(String(response.status));
      const { lines } = await response.json();
      block.replaceChildren(...lines.map(made));
      block.style.height = "";
      block.dataset.state = "full";
      block.classList.remove("jlines--failed");
      if (block.offsetHeight > 0) lineHeight = Math.min(80, Math.max(16, 0.9 * lineHeight + 0.1 * block.offsetHeight / lines.length));
      if (following) toEnd();
    } catch {
      block.dataset.state = "failed";
      block.classList.add("jlines--failed"); // says so in its place
      window.setTimeout(() => {
        if (block.dataset.state !== "failed") return;
        block.dataset.state = "blank";
        if (near.has(block)) fill(block);
      }, AGAIN);
    }
  }
  function empty(blocks) {
    const heights = blocks.map((block) => block.offsetHeight || block.childElementCount * lineHeight);
    blocks.forEach((block, at) => {
      block.style.height = `${heights[at]}px`;
      block.replaceChildren();
      block.dataset.state = "blank";
      near.delete(block);
    });
  }
  function prune() {
    if (!ALL) { trim(); return; }
    const full = [...groups.querySelectorAll('.jlines[data-state="full"]')];
    let spare = full.reduce((sum, block) => sum + block.childElementCount, -HELD);
    if (spare <= 0) return;
    const holder = document.activeElement?.closest(".jlines");
    const free = full.filter((block) => block !== holder && block !== tail());
    const cut = [];
    for (const block of following ? free : farthest(free)) {
      if (spare <= 0) break;
      spare -= block.childElementCount;
      cut.push(block);
    }
    empty(cut);
  }
  function farthest(blocks) {
    const top = view.getBoundingClientRect().top;
    const away = (block) => (block.offsetHeight ? Math.abs(block.getBoundingClientRect().top - top) : Infinity);
    const found = blocks.filter((block) => !near.has(block)).map((block) => [away(block), block]);
    return found.sort((one, other) => other[0] - one[0]).map(([, block]) => block);
  }
  function trim() { // what a filter lets through has gaps: its oldest lines go, and are asked for by the link above
    const all = groups.querySelectorAll(".jl");
    if (!following || all.length <= HELD) return;
    for (const item of [...all].slice(0, all.length - HELD / 2)) item.remove();
    for (const group of [...groups.children]) if (!group.querySelector(".jl")) group.remove();
    const earlier = document.getElementById("earlier");
    const url = new URL(window.location.href);
    url.searchParams.set("before", groups.querySelector(".jl").id.slice(1));
    url.hash = "";
    earlier.href = url.href;
    earlier.parentElement.hidden = false;
  }
  const lastBlock = (group) => (group?.lastElementChild?.matches(".jlines") ? group.lastElementChild : null);
  const tail = () => lastBlock(groups.lastElementChild);

  // ---- what the server sent is one block of each group; around it come blank ones
  function layOut() {
    for (const link of groups.querySelectorAll(".jl__seq")) link.tabIndex = -1;
    const sample = groups.querySelector(".jl");
    if (sample && sample.offsetHeight) lineHeight = sample.offsetHeight;
    for (const block of groups.querySelectorAll(".jlines")) block.dataset.state = "full";
    if (!ALL) return;
    document.getElementById("earlier-row").hidden = true;
    document.getElementById("later-row")?.remove();
    for (const group of groups.children) {
      const [first, to] = [Number(group.dataset.first), Number(group.dataset.last)];
      const here = group.querySelector(".jlines");
      group.querySelector(".journal__elsewhere")?.remove();
      if (!here) { group.append(...blanks(first, to)); continue; }
      const start = Number(here.dataset.first);
      const end = start + here.childElementCount - 1;
      here.dataset.last = end;
      here.before(...blanks(first, start - 1));
      here.after(...blanks(end + 1, to));
      seen.observe(here);
    }
  }

  // ---- lines that come
  function newGroup(line) {
    const old = groups.lastElementChild;
    if (ALL && old && !old.dataset.news && !old.dataset.touched && following) old.open = false;
    const group = groupTemplate.cloneNode(true);
    Object.assign(group.dataset, { step: line.step, first: line.seq, last: line.seq });
    group.querySelector(".jgroup__title").textContent = titleOf(line.step);
    groups.append(group);
    return group;
  }
  function groupFor(line) {
    const group = groups.lastElementChild;
    const begins = ALL ? line.kind === "started" && line.step : line.step && line.step !== group?.dataset.step;
    return !group || begins ? newGroup(line) : group;
  }
  function hasRoom(block, seq) { // one that is on its way comes with the lines that it had when it was asked for
    const { first, last: to, state } = block.dataset;
    return ["full", "blank"].includes(state) && seq === Number(to) + 1 && seq - Number(first) < BLOCK;
  }
  function blockFor(group, line) {
    const block = lastBlock(group);
    if (block && (!ALL || hasRoom(block, line.seq))) return block;
    const fresh = blockOf(line.seq, line.seq, following || !ALL || !block || isFull(block) ? "full" : "blank");
    group.append(fresh);
    return fresh;
  }
  function add(line) {
    const group = groupFor(line);
    const block = blockFor(group, line);
    block.dataset.last = group.dataset.last = line.seq;
    if (NEWS.includes(line.kind)) group.dataset.news = "1";
    if (block.dataset.state === "full") block.append(made(line));
    else if (block.dataset.state === "blank") block.style.height = `${(line.seq - Number(block.dataset.first) + 1) * lineHeight}px`;
    return group;
  }
  function count(group) {
    const lines = ALL ? Number(group.dataset.last) - Number(group.dataset.first) + 1 : group.querySelectorAll(".jl").length;
    group.querySelector(".jgroup__count").textContent = grouped(lines);
  }
  function take(lines) {
    const fresh = lines.filter((line) => line.seq > last);
    if (!fresh.length) return fresh;
    last = fresh.at(-1).seq;
    document.getElementById("journal-count").textContent = grouped(last);
    const shown = fresh.filter(fits);
    if (shown.length) document.getElementById("journal-empty")?.remove();
    new Set(shown.map(add)).forEach(count);
    if (following) { toEnd(); prune(); } else sayUnread(shown.length);
    return fresh;
  }

  // ---- following the end, until one scrolls away from it
  const atEnd = () => view.scrollHeight - view.scrollTop - view.clientHeight < 60;
  function toEnd() {
    following = true;
    view.scrollTop = view.scrollHeight;
    unread = 0;
    more.hidden = true;
  }
  function sayUnread(by) {
    unread += by;
    more.hidden = unread === 0;
    more.textContent = words(ngettext("%(count)s new line", "%(count)s new lines", unread), { count: grouped(unread) });
  }
  let height = view.clientHeight;
  view.addEventListener("scroll", () => {
    if (atEnd()) { if (!following || unread) toEnd(); } else if (view.clientHeight === height) following = false;
    height = view.clientHeight;
  }, { passive: true });
  more.addEventListener("click", () => { toEnd(); view.focus({ preventScroll: true }); });

  // ---- one line: a link leads to it, and stays in the address
  function point(item, { focus = false } = {}) {
    groups.querySelector(".jl--pointed")?.classList.remove("jl--pointed");
    item.classList.add("jl--pointed");
    item.closest("details").open = true;
    item.scrollIntoView({ block: "center" });
    rove(item.querySelector(".jl__seq"), focus);
    following = atEnd() && item === tail()?.lastElementChild;
  }
  async function goTo(seq) {
    const group = [...groups.children].find((one) => Number(one.dataset.first) <= seq && seq <= Number(one.dataset.last));
    if (!group) return false;
    following = false;
    group.open = true;
    const block = [...group.querySelectorAll(".jlines")].find((one) => Number(one.dataset.first) <= seq && seq <= Number(one.dataset.last));
    if (block && !isFull(block)) await fill(block);
    const item = document.getElementById(`L${seq}`);
    if (!item) return false;
    point(item);
    return true;
  }
  const numberIn = (hash) => Number(/^#L(\d+)$/.exec(hash)?.[1] || 0);
  window.addEventListener("hashchange", async () => {
    const seq = numberIn(window.location.hash);
    if (seq && !(await goTo(seq)) && !ALL) window.location.search = `?line=${seq}`;
  });
  groups.addEventListener("click", (event) => {
    const fold = event.target.closest("summary")?.parentElement;
    if (fold) fold.dataset.touched = "1";
    const link = event.target.closest(".jl__seq");
    if (!link || !ALL || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    window.history.replaceState(null, "", link.href);
    point(link.closest(".jl"), { focus: true });
  });

  // ---- by keyboard: the numbers are one stop of the Tab key; arrows go from line to line
  function rove(link, focus) {
    groups.querySelector('.jl__seq[tabindex="0"]')?.setAttribute("tabindex", "-1");
    link.tabIndex = 0;
    if (focus) link.focus({ preventScroll: true });
  }
  function beside(item, way) {
    const next = way > 0 ? item.nextElementSibling : item.previousElementSibling;
    if (next) return next;
    const all = [...groups.querySelectorAll("details[open] .jl")];
    return all[all.indexOf(item) + way];
  }
  view.addEventListener("keydown", (event) => {
    if (event.key === "End" && !event.ctrlKey && !event.altKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault(); // by itself it would glide to where the end was before the lines on its way were there
      toEnd();
      return;
    }
    const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const item = event.target.closest?.(".jl");
    if (!way || !item) return;
    const next = beside(item, way);
    event.preventDefault();
    if (!next) return;
    rove(next.querySelector(".jl__seq"), true);
    next.scrollIntoView({ block: "nearest" });
  });
  view.addEventListener("focusin", (event) => {
    if (event.target === view && !groups.querySelector('.jl__seq[tabindex="0"]')) {
      const lines = groups.querySelectorAll("details[open] .jl__seq");
      if (lines.length) rove(lines[lines.length - 1], false);
    }
  });

  // ---- of what a filter lets through, earlier lines come when they are asked for
  document.getElementById("earlier").addEventListener("click", async (event) => {
    event.preventDefault();
    const response = await fetch(event.target.href, { credentials: "same-origin" }).catch(() => null);
    if (!response?.ok || response.redirected) { window.location.assign(event.target.href); return; }
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    const before = view.scrollHeight;
    groups.prepend(...fresh.querySelectorAll("#groups > .jgroup"));
    view.scrollTop += view.scrollHeight - before;
    const link = fresh.getElementById("earlier");
    event.target.href = link.href;
    event.target.parentElement.hidden = link.parentElement.hidden;
  });

  layOut();
  const start = Number(pointed) || numberIn(window.location.hash);
  if (start) goTo(start).then((found) => found || toEnd()); else toEnd();
  window.changeover.journal = { take, last: () => last };
})();
