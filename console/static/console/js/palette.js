// The palette: a few letters lead to a page, a cluster, an operation or an action. The field keeps the focus, as a
// combobox does; arrows move the mark in the list, which comes from the server and holds only what one may open.
"use strict";

(() => {
  const SOON = 80; // ms after the last letter
  const { keys } = window.changeover;
  let dialog = null;
  let field = null;
  let list = null;
  let asked = 0;
  let answered = 0;
  let late = 0;
  let goes = false; // Enter was pressed before the answer to the last letter was there

  const options = () => [...list.querySelectorAll("[role=option]")];
  const marked = () => list.querySelector('[aria-selected="true"]');

  function mark(option) {
    marked()?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option === options()[0]) list.scrollTop = 0; // the heading above the first one too
    if (option) field.setAttribute("aria-activedescendant", option.id);
    else field.removeAttribute("aria-activedescendant");
  }
  function step(by) {
    const all = options();
    const at = all.indexOf(marked());
    mark(all.at((at + by + all.length) % all.length || 0));
  }
  function say(words, isNone) {
    const none = dialog.querySelector("#palette-none");
    none.hidden = !isNone;
    none.textContent = isNone ? words : "";
    dialog.querySelector("#palette-told").textContent = words;
  }
  function take(html) {
    list.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
    const count = list.querySelector("[data-palette-count]");
    const some = count.dataset.paletteCount !== "0";
    list.hidden = !some;
    field.setAttribute("aria-expanded", String(some));
    say(count.textContent, !some);
    mark(options()[0]);
  }
  function fails() {
    list.replaceChildren();
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    mark(null);
    say(dialog.querySelector("#palette-none").dataset.away, true);
  }
  async function ask() {
    asked += 1;
    const mine = asked;
    const address = `${dialog.dataset.options}?q=${encodeURIComponent(field.value)}`;
    const answer = await fetch(address, { credentials: "same-origin" }).catch(() => null);
    if (mine !== asked || !dialog.open) return;
    answered = mine;
    if (answer?.redirected) { window.location.reload(); return; } // signed out: the page leads to signing in
    if (answer?.ok) take(await answer.text()); else fails();
    if (goes) open();
  }
  function open() {
    goes = asked !== answered || Boolean(late);
    if (!goes) marked()?.click();
  }
  function typed() {
    window.clearTimeout(late);
    goes = false;
    late = window.setTimeout(() => { late = 0; ask(); }, SOON);
  }

  const PRESSED = {
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    PageDown: () => mark(options().at(Math.min(options().indexOf(marked()) + 8, options().length - 1))),
    PageUp: () => mark(options()[Math.max(options().indexOf(marked()) - 8, 0)]),
    Enter: open,
  };
  function build() {
    field = dialog.querySelector("[role=combobox]");
    list = dialog.querySelector("[role=listbox]");
    field.addEventListener("input", typed);
    field.addEventListener("keydown", (event) => {
      if (event.isComposing || !PRESSED[event.key]) return;
      event.preventDefault();
      PRESSED[event.key]();
    });
    list.addEventListener("pointermove", (event) => { const option = event.target.closest("[role=option]"); if (option && option !== marked()) mark(option); });
    list.addEventListener("click", (event) => {
      const aside = event.ctrlKey || event.metaKey || event.shiftKey; // in a tab or window of its own
      if (event.target.closest("[role=option]") && !aside) dialog.close();
    });
  }
  function show() {
    const first = !dialog;
    dialog = keys.over("palette");
    if (first) build();
    field.value = "";
    late = 0;
    goes = false;
    ask();
  }

  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== "k") return;
    if (dialog?.open) { event.preventDefault(); dialog.close(); return; }
    if (keys.inField(event)) return;
    event.preventDefault();
    show();
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-open-palette]")) return;
    event.preventDefault();
    show();
  }, true);
})();
