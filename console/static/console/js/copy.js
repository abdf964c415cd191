// Copies what a button names. Where the browser keeps the clipboard to itself, the text is marked to be copied by hand.
"use strict";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  const text = button && document.getElementById(button.dataset.copy);
  if (!text) return;
  let told = gettext("Copied.");
  let done = gettext("Copied");
  try {
    await navigator.clipboard.writeText(text.textContent);
  } catch {
    getSelection().selectAllChildren(text);
    told = gettext("Marked: press Ctrl-C to copy it.");
    done = gettext("Marked");
  }
  const status = document.querySelector("[data-copied]");
  if (status) status.textContent = told;
  const word = button.firstChild;
  word.textContent = done;
  setTimeout(() => { word.textContent = gettext("Copy"); }, 2000);
});
