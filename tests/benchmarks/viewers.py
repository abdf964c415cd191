"""From a line's commit by a worker to the screens of those who follow the operation, one of them or twenty.

A whole console with real browser windows, each with a connection of its own. A process writes lines as a worker does,
under the lease's token, and tells when each was committed; each window tells when a line was about to be painted.
Console, browser and writer share the machine, and its one clock.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from console.lab import presets
from tests.benchmarks import figures
from tests.journeys.conftest import CHROMIUM, FLAGS
from tests.journeys.person import sign_in
from tests.tasks.conftest import Installation, installed

OPERATION = """
from console.models import Cluster
from tests.web.world import running
print(running(Cluster.objects.get(), lease_token=7).pk)
"""
WRITE = """
import json, random, time
from console.services.journal import OperationJournal
journal, told = OperationJournal({operation}, 7), dict()
for number in range({lines}):
    time.sleep(random.expovariate(4))
    step = ("stop", "move", "greet")[number // 20 % 3]
    kind = dict([(0, "started"), (19, "done")]).get(number % 20, "output")
    journal.write(kind, "measured {mark}-%d" % number, step=step)
    told["measured {mark}-%d" % number] = time.time()
print(json.dumps(told))
"""
"""About four lines a second; of every twenty one begins a step and one ends it, which has the page read more anew."""
WATCH = """() => {
  window.painted = {};
  const see = (texts) => requestAnimationFrame(() => {
    const now = (performance.timeOrigin + performance.now()) / 1000;
    for (const text of texts) window.painted[text] ??= now;
  });
  new MutationObserver((changes) => {
    const items = changes.flatMap((change) => [...change.addedNodes]).filter((node) => node.nodeType === 1);
    const texts = items.flatMap((node) => [node, ...node.querySelectorAll("*")])
      .filter((node) => node.classList.contains("jl__text")).map((node) => node.textContent);
    if (texts.length) see(texts);
  }).observe(document.getElementById("groups"), { childList: true, subtree: true });
}"""


VIEWERS = (1, 20)


def run(lines: int) -> None:
    """A table for one viewer and for twenty."""
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as name,
        installed(Path(name), presets.tokyo(base="127.0.39")) as installation,
    ):
        address = installation.pages()
        _login(installation)
        web = installation.started[-1].pid
        operation = int(installation.shell(OPERATION))
        rows = [("viewers", "lines seen", "p50, ms", "p95, ms", "max, ms", "web server's processor, s a minute")]
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            for count in VIEWERS:
                rows.append(_measured(installation, browser, f"{address}/operations/{operation}/", count, lines, web))
            browser.close()
    figures.table(f"From the commit of a line to the screen, {lines} lines at four a second", rows)


def _login(installation: Installation) -> None:
    words = ("account", "add", "olga", "--role", "operator", "--password-stdin")
    code, out, err = installation.manage(*words, stdin="correct horse battery staple\n")
    assert code == 0, out + err


def _measured(
    installation: Installation, browser: Browser, address: str, viewers: int, lines: int, web: int
) -> tuple[str, ...]:
    """One row. Raises AssertionError when a line did not reach every screen."""
    base, path = address.partition("/operations/")[0], "/operations/" + address.partition("/operations/")[2]
    context = browser.new_context(base_url=base)
    sign_in(context.new_page())
    state = context.storage_state()
    context.close()
    pages: list[Page] = []
    for _ in range(viewers):
        page = browser.new_context(base_url=base, storage_state=state).new_page()
        page.goto(path)
        page.locator('#link[data-state="live"]').wait_for()
        page.evaluate(WATCH)
        pages.append(page)
    before = _processor(web)
    written: dict[str, float] = json.loads(
        installation.shell(WRITE.format(operation=int(path.split("/")[2]), lines=lines, mark=viewers))
    )
    pages[-1].wait_for_timeout(2000)
    used = _processor(web) - before
    delays = [1000 * delay for page in pages for delay in _delays(page, written)]
    for page in pages:
        page.context.close()
    seconds = max(written.values()) - min(written.values())
    cuts = statistics.quantiles(delays, n=20)
    figure = f"{statistics.median(delays):.0f}", f"{cuts[-1]:.0f}", f"{max(delays):.0f}"
    return str(viewers), str(len(delays)), *figure, f"{60 * used / seconds:.1f}"


def _delays(page: Page, written: dict[str, float]) -> list[float]:
    painted: dict[str, float] = page.evaluate("() => window.painted")
    assert painted.keys() == written.keys(), f"{len(painted)} of {len(written)} lines reached the screen"
    return [painted[text] - at for text, at in written.items()]


def _processor(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
