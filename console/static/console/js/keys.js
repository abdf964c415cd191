// Keys of every page. Single keys can be switched off, since somebody may speak to the browser, and none acts in a field.
"use strict";

(() => {
  const FIELDS = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), select, textarea, [contenteditable]";
  const KEPT = "keys";
  const { changeover } = window;

  // A browser that keeps nothing has them on.
  function on() {
    try { return window.localStorage.getItem(KEPT) !== "off"; } catch { return true; }
  }
  function keep(wanted) {
    try { window.localStorage.setItem(KEPT, wanted ? "on" : "off"); } catch { /* for this page alone, then */ }
  }
  const inField = (event) => Boolean(event.target.closest?.(FIELDS));
  const isOver = () => Boolean(document.querySelector("dialog[open]"));
  // Whether the event is a single key that may act on the page.
  function acts(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return false;
    return on() && !inField(event) && !isOver();
  }

  // Something over the page, taken from its template when it is first asked for. The focus comes back where it was,
  // or, where that part of the page was read anew in between, to what has its name now.
  function over(id) {
    let dialog = document.getElementById(id);
    if (!dialog) {
      document.body.append(document.getElementById(`${id}-template`).content.cloneNode(true));
      dialog = document.getElementById(id);
      dialog.addEventListener("click", (event) => { if (event.target === dialog || event.target.closest("[data-close]")) dialog.close(); });
      dialog.addEventListener("close", () => {
        const { before } = dialog;
        if (before && !before.isConnected) (document.getElementById(before.id) ?? document.getElementById("main")).focus();
      });
    }
    document.querySelector("dialog[open]")?.close();
    dialog.before = document.activeElement;
    dialog.showModal();
    return dialog;
  }
  function show() {
    for (const box of document.querySelectorAll("[data-keys-on]")) box.checked = on();
  }
  function help() {
    over("keys-help");
    show();
  }
  document.addEventListener("keydown", (event) => {
    if (event.key !== "?" || !acts(event)) return;
    event.preventDefault();
    help();
  });
  document.addEventListener("click", (event) => { if (event.target.closest?.("[data-open-keys]")) help(); });
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-keys-on]")) return;
    keep(event.target.checked);
    show();
  });
  window.addEventListener("pagehide", () => document.querySelector("dialog[open]")?.close());
  for (const part of document.querySelectorAll("[data-keys-switch]")) part.hidden = false;
  show();
  changeover.keys = { acts, inField, over };
})();
