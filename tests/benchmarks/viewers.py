"""From a line's commit by a worker to the screen of one of those who follow the operation, alone or one of twenty.

A whole console with a real browser window; the others ask the same of the server without a window, as each of them has
a computer of their own. Beside the page as it is stands a bare page that asks for new lines once a second, as consoles
do that have no stream, among as many that do the same. A process writes lines as a worker does, under the lease's
token, and tells when each was committed; the window tells when a line was about to be painted. Console, browser,
followers and writer share the machine, and its one clock.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from threading import Event
from urllib.request import Request, urlopen

from playwright.sync_api import Browser, Page, StorageState, sync_playwright

from console.lab import presets
from tests.benchmarks import figures
from tests.journeys.conftest import CHROMIUM, FLAGS
from tests.journeys.person import sign_in
from tests.journeys.stack import PASSWORD
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
    kind = {{0: "started", 19: "done"}}.get(number % 20, "output")
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
SECOND = 1000
LIMIT = 500
"""What nineteen of twenty lines should take at most with twenty viewers, in milliseconds."""
AROUND = 2.0
"""Seconds between two readings of what is around the journal."""
ASK = """([address, every]) => {
  const list = Object.assign(document.createElement("ol"), { id: "groups" });
  document.body.replaceChildren(list);
  let last = 0;
  const ask = async () => {
    const response = await fetch(`${address}lines?after=${last}`);
    for (const line of (await response.json()).lines) {
      last = line.seq;
      list.append(Object.assign(document.createElement("li"), { className: "jl__text", textContent: line.text }));
    }
    window.setTimeout(ask, every);
  };
  window.setTimeout(ask, Math.random() * every);
}"""
"""The least that a console does whose pages ask: only the list, once in so many milliseconds."""


Follow = Callable[[str, str, Event], None]
"""Follows the operation at that address with those cookies until the event is set."""


@dataclass(frozen=True)
class Side:
    """One way to follow, and how many follow so."""

    name: str
    viewers: int
    opens: Callable[[Page, str], None]
    """Brings the window to where lines come by themselves."""
    follow: Follow
    """What each of the others does."""


def live(page: Page, path: str) -> None:
    """The page of the operation, as it is."""
    page.goto(path)
    page.locator('#link[data-state="live"]').wait_for()


def asking(page: Page, path: str) -> None:
    """A bare page that asks every second."""
    page.goto("/healthz")
    page.evaluate(ASK, [path, SECOND])


def stream(address: str, cookies: str, over: Event) -> None:
    """Read the stream, and what is around the journal as often as a page does when steps are short."""
    read_at = 0.0
    with urlopen(Request(f"{address}events", headers={"Cookie": cookies}), timeout=30) as lines:
        for line in lines:
            if over.is_set():
                return
            if line.startswith(b"event: lines") and time.monotonic() - read_at > AROUND:
                _read(f"{address}state", cookies)
                read_at = time.monotonic()


def ask(address: str, cookies: str, over: Event) -> None:
    """Ask for new lines every second."""
    last = 0
    while not over.wait(1):
        for line in json.loads(_read(f"{address}lines?after={last}", cookies))["lines"]:
            last = line["seq"]


def _read(address: str, cookies: str) -> bytes:
    with urlopen(Request(address, headers={"Cookie": cookies}), timeout=30) as answer:
        return bytes(answer.read())


SIDES = (
    Side("the page", 1, live, stream),
    Side("the page", 20, live, stream),
    Side("asking every second", 20, asking, ask),
)
HEADING = ("", "viewers", "lines seen", "p50, ms", "p95, ms", "max, ms", "web server's processor, s a minute")


@dataclass(frozen=True)
class Measured:
    """What came of one side."""

    side: Side
    delays: list[float]
    """Milliseconds, of every line."""
    processor: float
    """Seconds of the web server's processor time in a minute."""

    @property
    def late(self) -> float:
        """The 95th percentile, in milliseconds."""
        return statistics.quantiles(self.delays, n=20)[-1]

    def row(self) -> tuple[str, ...]:
        """As a row of the table."""
        figure = f"{statistics.median(self.delays):.0f}", f"{self.late:.0f}", f"{max(self.delays):.0f}"
        return self.side.name, str(self.side.viewers), str(len(self.delays)), *figure, f"{self.processor:.1f}"


@dataclass
class Bench:
    """A console with one operation that runs, and a browser."""

    installation: Installation
    browser: Browser
    base: str
    operation: int
    state: StorageState
    marks: Iterator[int]

    def measure(self, side: Side, lines: int) -> Measured:
        """Open the window, write, and see when each line came. Raises AssertionError when one was missed."""
        page = self.browser.new_context(base_url=self.base, storage_state=self.state).new_page()
        side.opens(page, f"/operations/{self.operation}/")
        page.evaluate(WATCH)
        web = self.installation.started[-1].pid
        text = WRITE.format(operation=self.operation, lines=lines, mark=next(self.marks))
        with self._others(side):
            before = processor(web)
            written: dict[str, float] = json.loads(self.installation.shell(text))
            page.wait_for_timeout(2 * SECOND)
            used = processor(web) - before
        delays = [1000 * delay for delay in _delays(page, written)]
        page.context.close()
        seconds = max(written.values()) - min(written.values())
        return Measured(side, delays, 60 * used / seconds)

    @contextmanager
    def _others(self, side: Side) -> Iterator[None]:
        """All but one of the viewers."""
        cookies = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in self.state["cookies"])
        address, over = f"{self.base}/operations/{self.operation}/", Event()
        with ThreadPoolExecutor(side.viewers) as threads:
            others = [threads.submit(side.follow, address, cookies, over) for _ in range(side.viewers - 1)]
            try:
                yield
            finally:
                over.set()
        for other in others:
            other.result()


def run(lines: int) -> None:
    """A table: the page as it is with one viewer and with twenty, and twenty that ask."""
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as name,
        installed(Path(name), presets.tokyo(base="127.0.39")) as installation,
        sync_playwright() as playwright,
    ):
        base = installation.pages()
        _login(installation)
        operation = int(installation.shell(OPERATION))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        bench = Bench(installation, browser, base, operation, _signed_in(browser, base), count())
        found = [bench.measure(side, lines) for side in SIDES]
        browser.close()
    rows = [HEADING, *(one.row() for one in found)]
    figures.table(f"From the commit of a line to the screen, {lines} lines at four a second", rows)
    many, asked = found[1:]
    against = figures.ratio(asked.delays, many.delays)
    figures.say(
        f"  Asking every second, over the page, median: {against}; the limit for p95 is 500 ms, it is {many.late:.0f}"
    )


def _login(installation: Installation) -> None:
    words = ("account", "add", "olga", "--role", "operator", "--password-stdin")
    code, out, err = installation.manage(*words, stdin=f"{PASSWORD}\n")
    assert code == 0, out + err


def _signed_in(browser: Browser, base: str) -> StorageState:
    context = browser.new_context(base_url=base)
    sign_in(context.new_page())
    state = context.storage_state()
    context.close()
    return state


def _delays(page: Page, written: dict[str, float]) -> list[float]:
    painted: dict[str, float] = page.evaluate("() => window.painted")
    missing = written.keys() - painted.keys()
    assert not missing, f"{len(missing)} of {len(written)} lines did not reach the screen"
    return [painted[text] - at for text, at in written.items()]


def processor(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
