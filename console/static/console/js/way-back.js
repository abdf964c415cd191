// A page that came of a form takes the address of the page that it belongs to: reading it anew, or coming back to it,
// sends nothing a second time.
"use strict";

window.history.replaceState(null, "", document.currentScript.dataset.page);
