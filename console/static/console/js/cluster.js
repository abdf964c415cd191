// A cluster's page looks anew as soon as its row on the overview changes; without a stream it goes on asking by itself.
"use strict";

(() => {
  const source = new EventSource(document.querySelector("[data-cluster-events]").dataset.clusterEvents);
  let late = 0;
  function look() {
    late ||= window.setTimeout(() => {
      late = 0;
      window.changeover.refresh(window.location.href).catch(() => undefined);
    }, 150);
  }
  source.addEventListener("rows", look);
  source.addEventListener("over", () => source.close());
})();
